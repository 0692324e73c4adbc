import { useDroppable } from "@dnd-kit/core";
import { useTranslation } from "react-i18next";
import { STATUSES, type Status } from "@/api/types";
import { STAGE_COLOUR } from "@/components/Stage";
import { cn } from "@/lib/cn";
import { ColumnCount } from "./ColumnCount";

type Props = { q: string; chosen: Status; onChoose: (status: Status) => void; className?: string };

/** On a narrow screen: which of the columns is shown; a card can be dropped on a tab as on its column. */
export function ColumnTabs({ q, chosen, onChoose, className }: Props) {
  const { t } = useTranslation();
  return (
    <div
      role="group"
      aria-label={t("board.columns")}
      className={cn("bg-sunken grid grid-cols-4 gap-1 rounded-xl p-1", className)}
    >
      {STATUSES.map((status) => (
        <Tab
          key={status}
          status={status}
          q={q}
          chosen={status === chosen}
          onChoose={() => onChoose(status)}
        />
      ))}
    </div>
  );
}

type TabProps = { status: Status; q: string; chosen: boolean; onChoose: () => void };

function Tab({ status, q, chosen, onChoose }: TabProps) {
  const { t } = useTranslation();
  const { setNodeRef, isOver } = useDroppable({ id: `tab:${status}` });
  return (
    <button
      ref={setNodeRef}
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      className={cn(
        "text-muted-foreground flex min-w-0 flex-col items-center rounded-lg px-1 py-1.5 text-xs transition-colors",
        chosen && "bg-surface text-foreground shadow-sm",
        isOver && "ring-ring ring-2",
      )}
    >
      <span className="flex max-w-full items-center gap-1.5 font-medium">
        <span aria-hidden className={cn("size-1.5 shrink-0 rounded-full", STAGE_COLOUR[status])} />
        <span className="truncate">{t(`stage.${status}`)}</span>
      </span>
      <span className="text-2xs tabular-nums">
        <ColumnCount status={status} q={q} />
      </span>
    </button>
  );
}
