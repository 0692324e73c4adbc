import { useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { followerQuery, followUpsQuery } from "@/api/queries";
import { Empty } from "@/components/Empty";
import { ErrorNote } from "@/components/ErrorNote";
import { Intent } from "@/components/Figures";
import { FollowUpList } from "@/components/FollowUpList";
import { StageBadge, StageScore } from "@/components/Stage";
import { Skeleton } from "@/components/ui/skeleton";
import { useCreator } from "@/lib/session";

/** What Clonnect has made of this follower: the card on the board, and the follow-ups. */
export function Happenings({ followerId }: { followerId: string }) {
  return (
    <>
      <CardOnTheBoard followerId={followerId} />
      <FollowUps followerId={followerId} />
    </>
  );
}

function CardOnTheBoard({ followerId }: { followerId: string }) {
  const { t } = useTranslation();
  const { data, isPending, isError, error, refetch } = useQuery(followerQuery(useCreator(), followerId));
  return (
    <section
      aria-label={t("simulator.on_the_board")}
      className="border-border bg-surface rounded-2xl border p-4"
    >
      <h3 className="text-muted-foreground mb-2 text-xs font-semibold">{t("simulator.on_the_board")}</h3>
      {isPending && <Skeleton className="h-6" />}
      {isError && data === undefined && <ErrorNote error={error} retry={refetch} />}
      {data === null && <p className="text-muted-foreground text-sm">{t("simulator.no_lead_yet")}</p>}
      {data && (
        <p
          className="text-muted-foreground flex flex-wrap items-center gap-x-4 gap-y-1 text-xs"
          aria-live="polite"
        >
          <span className="text-sm">
            <StageBadge status={data.lead_status} />
          </span>
          <StageScore status={data.lead_status} score={data.pipeline_score} />
          <Intent percent={data.purchase_intent_score} />
        </p>
      )}
    </section>
  );
}

function FollowUps({ followerId }: { followerId: string }) {
  const { t } = useTranslation();
  const { data, isPending, isError, error, refetch } = useQuery(followUpsQuery(useCreator(), followerId));
  const waiting = data?.filter(({ status }) => status === "pending" || status === "held") ?? [];
  const past = data?.filter((followUp) => !waiting.includes(followUp)) ?? [];
  return (
    <section
      aria-label={t("followup.title")}
      className="border-border bg-surface flex flex-col gap-4 rounded-2xl border p-4"
    >
      <h3 className="text-muted-foreground text-xs font-semibold">{t("followup.title")}</h3>
      {isPending && <Skeleton className="h-16" />}
      {isError && !data && <ErrorNote error={error} retry={refetch} />}
      {data?.length === 0 && (
        <Empty icon={CalendarClock} title={t("followup.none")}>
          {t("followup.none_hint")}
        </Empty>
      )}
      {waiting.length > 0 && (
        <div>
          <h4 className="mb-2 text-sm font-medium">{t("followup.planned")}</h4>
          <FollowUpList followUps={waiting} label={t("followup.planned")} />
        </div>
      )}
      {past.length > 0 && (
        <div>
          <h4 className="mb-2 text-sm font-medium">{t("followup.past")}</h4>
          <FollowUpList followUps={past} label={t("followup.past")} />
        </div>
      )}
    </section>
  );
}
