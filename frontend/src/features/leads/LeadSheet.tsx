import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CalendarClock, MessageCircle, X } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { followerQuery, followUpsQuery, messagesQuery } from "@/api/queries";
import type { Follower } from "@/api/types";
import { Avatar } from "@/components/Avatar";
import { Empty } from "@/components/Empty";
import { ErrorNote } from "@/components/ErrorNote";
import { Intent } from "@/components/Figures";
import { FollowUpList } from "@/components/FollowUpList";
import { StageBadge, StageScore } from "@/components/Stage";
import { Thread } from "@/components/Thread";
import { Button } from "@/components/ui/button";
import { Sheet, SheetClose, SheetContent, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { handleOf, nameOf } from "@/lib/people";
import { useCreator } from "@/lib/session";
import { Answer } from "./Answer";

/** One lead beside the board: who it is, what was said, what is planned. */
export function LeadSheet({ leadId, onClose }: { leadId: string | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  // The sheet is opened by the address, not by a trigger of its own: it has to remember where the focus came from.
  const opener = useRef<Element | null>(null);
  return (
    <Sheet open={leadId !== undefined} onOpenChange={(open) => !open && onClose()}>
      <SheetContent
        aria-describedby={undefined}
        onEscapeKeyDown={(event) => {
          // Escape leaves the field; what is written in it must not go with the sheet.
          if (event.target instanceof HTMLTextAreaElement) event.preventDefault();
        }}
        onOpenAutoFocus={() => {
          opener.current = document.activeElement;
        }}
        onCloseAutoFocus={() => {
          if (opener.current instanceof HTMLElement) opener.current.focus();
        }}
      >
        {leadId !== undefined && <LeadDetails leadId={leadId} />}
        <SheetClose asChild>
          <Button
            variant="ghost"
            size="icon-sm"
            className="absolute top-4 right-4"
            aria-label={t("common.close")}
          >
            <X />
          </Button>
        </SheetClose>
      </SheetContent>
    </Sheet>
  );
}

function LeadDetails({ leadId }: { leadId: string }) {
  const { t } = useTranslation();
  const follower = useQuery(followerQuery(useCreator(), leadId));
  const found = follower.data;
  return (
    <>
      <header className="border-border border-b p-4 pr-14">
        {found ? (
          <PersonHead follower={found} />
        ) : (
          <SheetTitle className="text-base font-semibold">
            {follower.data === null ? t("lead.gone") : t("common.loading")}
          </SheetTitle>
        )}
      </header>
      {follower.isError && !found && <ErrorNote error={follower.error} retry={follower.refetch} />}
      <LastMessages leadId={leadId} />
      {found && <Answer key={found.id} follower={found} />}
      <PlannedFollowUps leadId={leadId} />
    </>
  );
}

function PersonHead({ follower }: { follower: Follower }) {
  const { t } = useTranslation();
  const name = nameOf(follower) ?? t("lead.nameless");
  const handle = handleOf(follower);
  return (
    <div className="flex items-center gap-3">
      <Avatar name={name} platform={follower.platform} className="size-11" />
      <div className="min-w-0">
        <SheetTitle className="truncate text-base font-semibold">{name}</SheetTitle>
        <p className="text-muted-foreground flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
          {handle && handle !== name && <span className="truncate">{handle}</span>}
          <StageBadge status={follower.lead_status} />
          <StageScore status={follower.lead_status} score={follower.pipeline_score} />
          <Intent percent={follower.purchase_intent_score} />
        </p>
      </div>
    </div>
  );
}

function LastMessages({ leadId }: { leadId: string }) {
  const { t } = useTranslation();
  const thread = useInfiniteQuery(messagesQuery(useCreator(), leadId));
  if (thread.isPending) {
    return (
      <div role="status" aria-label={t("common.loading")} className="flex flex-1 flex-col gap-3 p-4">
        <Skeleton className="h-10 w-2/3 rounded-2xl" />
        <Skeleton className="h-16 w-3/4 self-end rounded-2xl" />
        <Skeleton className="h-10 w-1/2 rounded-2xl" />
      </div>
    );
  }
  if (!thread.data) return <ErrorNote error={thread.error} retry={thread.refetch} />;
  return (
    <Thread
      className="min-h-0 flex-1"
      mine="creator"
      label={t("thread.label")}
      messages={thread.data.messages}
      older={
        thread.hasNextPage
          ? { load: () => void thread.fetchNextPage(), loading: thread.isFetchingNextPage }
          : undefined
      }
      empty={
        <Empty icon={MessageCircle} title={t("thread.empty")}>
          {t("thread.empty_hint")}
        </Empty>
      }
    />
  );
}

function PlannedFollowUps({ leadId }: { leadId: string }) {
  const { t } = useTranslation();
  const followUps = useQuery(followUpsQuery(useCreator(), leadId));
  const pending = followUps.data?.filter(({ status }) => status === "pending" || status === "held");
  return (
    <section
      aria-label={t("followup.planned")}
      className="border-border max-h-1/4 shrink-0 overflow-y-auto border-t p-4"
    >
      <h3 className="text-muted-foreground mb-3 text-xs font-semibold">{t("followup.planned")}</h3>
      {followUps.isPending && <Skeleton className="h-10" />}
      {followUps.isError && !pending && <ErrorNote error={followUps.error} retry={followUps.refetch} />}
      {pending?.length === 0 && (
        <p className="text-muted-foreground flex items-center gap-2 text-sm">
          <CalendarClock aria-hidden className="size-4" />
          {t("followup.none_planned")}
        </p>
      )}
      {pending && pending.length > 0 && <FollowUpList followUps={pending} label={t("followup.planned")} />}
    </section>
  );
}
