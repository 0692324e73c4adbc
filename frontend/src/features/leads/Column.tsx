import { useDroppable } from "@dnd-kit/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Inbox, SearchX } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Lead, Status } from "@/api/types";
import { Empty } from "@/components/Empty";
import { ErrorNote } from "@/components/ErrorNote";
import { STAGE_COLOUR } from "@/components/Stage";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { useCreator } from "@/lib/session";
import { ColumnCount } from "./ColumnCount";
import { columnQuery, leadsOf } from "./queries";
import { VirtualCards } from "./VirtualCards";

export type ColumnProps = {
  status: Status;
  q: string;
  now: number;
  /** The card that shall have the focus as soon as it is there. */
  focused: string | null;
  onFocused: () => void;
  onOpen: (lead: Lead) => void;
  onMove: (lead: Lead, to: Status) => void;
  className?: string;
};

export function Column({ status, q, className, ...cards }: ColumnProps) {
  const { t } = useTranslation();
  const heading = useId();
  const { setNodeRef, isOver } = useDroppable({ id: status });
  const column = useInfiniteQuery(columnQuery(useCreator(), status, q));

  return (
    <section
      ref={setNodeRef}
      aria-labelledby={heading}
      data-column={status}
      className={cn(
        "bg-sunken flex min-h-0 min-w-0 flex-col rounded-2xl transition-shadow",
        isOver && "ring-ring ring-2",
        className,
      )}
    >
      <header className="flex items-center gap-2 px-3.5 pt-3 pb-2 max-lg:sr-only">
        <span aria-hidden className={cn("size-2 rounded-full", STAGE_COLOUR[status])} />
        <h2 id={heading} className="text-sm font-semibold">
          {t(`column.${status}`)}
        </h2>
        <span className="text-muted-foreground ml-auto text-xs tabular-nums">
          <ColumnCount status={status} q={q} />
        </span>
      </header>
      {column.isPending && <ColumnSkeleton />}
      {column.isError && !column.data && <ErrorNote error={column.error} retry={column.refetch} />}
      {column.data?.pages[0]?.total === 0 && (
        <Empty
          icon={q ? SearchX : Inbox}
          title={t(q ? "board.nothing_found" : `board.empty.${status}.title`)}
        >
          {q ? t("board.nothing_found_hint", { q }) : t(`board.empty.${status}.hint`)}
        </Empty>
      )}
      {column.data && column.data.pages[0]?.total !== 0 && (
        <VirtualCards
          {...cards}
          label={t(`column.${status}`)}
          leads={leadsOf(column.data)}
          total={column.data.pages[0]?.total ?? 0}
          loadMore={
            column.hasNextPage && !column.isFetchingNextPage ? () => void column.fetchNextPage() : null
          }
        />
      )}
    </section>
  );
}

function ColumnSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("common.loading")} className="flex flex-col gap-2 px-2">
      {[0, 1, 2].map((row) => (
        <Skeleton key={row} className="h-31 rounded-xl" />
      ))}
    </div>
  );
}
