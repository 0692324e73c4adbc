import { useInfiniteQuery, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { Coffee } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { draftsQuery } from "@/api/drafts";
import type { Draft } from "@/api/types";
import { DraftCard } from "@/components/drafts/DraftCard";
import { useKeptDrafts } from "@/components/drafts/useKeptDrafts";
import { Empty } from "@/components/Empty";
import { ErrorNote } from "@/components/ErrorNote";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { WaitingPerson } from "@/components/WaitingPerson";
import { useCreator } from "@/lib/session";
import { useFormat, useNow } from "@/lib/time";
import { EscalationCard } from "./EscalationCard";
import { escalationsQuery } from "./queries";

/** Everything that goes on only when a person has had a look: who asked for one first, then the drafts. */
export function WaitingPage() {
  const { t } = useTranslation();
  const creator = useCreator();
  const now = useNow();
  const escalated = useInfiniteQuery(escalationsQuery(creator));
  const drafted = useInfiniteQuery(draftsQuery(creator));
  const escalations = (escalated.data?.pages.flatMap((page) => page.escalations) ?? []).toSorted(
    (one, other) => one.created_at.localeCompare(other.created_at),
  );
  const { drafts, keep } = useKeptDrafts(drafted.data?.pages.flatMap((page) => page.drafts) ?? []);
  const nothing = escalated.isSuccess && drafted.isSuccess && escalations.length + drafts.length === 0;

  return (
    <div className="scroll-thin min-h-0 flex-1 overflow-y-auto p-3 md:px-5">
      <div
        data-waiting-list
        tabIndex={-1}
        role="group"
        aria-label={t("waiting.title")}
        className="mx-auto flex max-w-2xl flex-col gap-6 outline-none"
      >
        {nothing && (
          <Empty icon={Coffee} title={t("waiting.nothing")}>
            {t("waiting.nothing_hint")}
          </Empty>
        )}
        <Queue
          title={t("waiting.escalations")}
          list={escalated}
          total={escalated.data?.pages[0]?.total ?? 0}
          cards={escalations.map((escalation) => (
            <li key={escalation.id}>
              <EscalationCard escalation={escalation} now={now} />
            </li>
          ))}
        />
        <Queue
          title={t("waiting.drafts")}
          list={drafted}
          total={drafted.data?.pages[0]?.total ?? 0}
          hint={t("waiting.keys_hint")}
          cards={drafts.map((draft) => (
            <li key={draft.id}>
              <DraftCard draft={draft} now={now} onRewriting={keep}>
                <Question draft={draft} now={now} />
              </DraftCard>
            </li>
          ))}
        />
      </div>
    </div>
  );
}

function Question({ draft, now }: { draft: Draft; now: number }) {
  const { t } = useTranslation();
  return (
    <>
      <WaitingPerson person={draft} since={draft.created_at} now={now} />
      <blockquote
        lang={draft.language}
        className="bg-muted rounded-2xl rounded-bl-md px-3 py-2 text-sm leading-relaxed break-words whitespace-pre-wrap"
      >
        {draft.asked || t("draft.no_words")}
      </blockquote>
    </>
  );
}

type QueueProps = {
  title: string;
  list: Pick<
    UseInfiniteQueryResult,
    "isPending" | "data" | "error" | "refetch" | "hasNextPage" | "isFetchingNextPage" | "fetchNextPage"
  >;
  total: number;
  cards: ReactNode[];
  hint?: string;
};

/** One kind of what waits, whoever has waited longest on top; left out when nobody does. */
function Queue({ title, list, total, cards, hint }: QueueProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (list.data && cards.length === 0) return null;
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-muted-foreground flex items-baseline gap-2 text-sm font-semibold">
        {title}
        {list.data !== undefined && <span className="tabular-nums">{format.number(total)}</span>}
      </h2>
      {hint && cards.length > 0 && (
        <p className="text-muted-foreground -mt-2 hidden text-xs md:block">{hint}</p>
      )}
      {list.isPending && (
        <div role="status" aria-label={t("common.loading")}>
          <Skeleton className="h-48 rounded-2xl" />
        </div>
      )}
      {list.error && !list.data && <ErrorNote error={list.error} retry={list.refetch} />}
      <ol className="flex flex-col gap-3">{cards}</ol>
      {list.hasNextPage && (
        <Button
          variant="ghost"
          size="sm"
          className="self-center"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t("common.more")}
        </Button>
      )}
    </section>
  );
}
