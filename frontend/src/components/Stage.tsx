import { useTranslation } from "react-i18next";
import { STATUSES, type Status } from "@/api/types";
import { cn } from "@/lib/cn";

export const STAGE_COLOUR: Record<Status, string> = {
  new: "bg-stage-new",
  active: "bg-stage-active",
  hot: "bg-stage-hot",
  customer: "bg-stage-customer",
};

/** How far somebody has come: 25, 50, 75 or 100, as four strokes and as a figure. */
export function StageScore({ status, score }: { status: Status; score: number }) {
  const { t } = useTranslation();
  const reached = STATUSES.indexOf(status);
  return (
    <span className="inline-flex items-center gap-1.5" title={t("lead.stage_score")}>
      <span aria-hidden className="flex gap-0.5">
        {STATUSES.map((stage, index) => (
          <span
            key={stage}
            className={cn("h-1.5 w-2.5 rounded-full", index <= reached ? STAGE_COLOUR[status] : "bg-border")}
          />
        ))}
      </span>
      <span className="sr-only">{t("lead.stage_score")}</span>
      <span className="font-medium tabular-nums">{score}</span>
    </span>
  );
}

export function StageBadge({ status }: { status: Status }) {
  const { t } = useTranslation();
  return (
    <span className="text-foreground inline-flex items-center gap-1.5 font-medium">
      <span aria-hidden className={cn("size-2 rounded-full", STAGE_COLOUR[status])} />
      {t(`stage.${status}`)}
    </span>
  );
}
