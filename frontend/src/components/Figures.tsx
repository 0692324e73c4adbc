import { Clock, Flame } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Lead } from "@/api/types";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/time";
import { Badge } from "./ui/badge";

/** From here on somebody is likely to buy (percent). */
const LIKELY = 60;

/** How likely somebody is to buy, in percent. */
export function Intent({ percent }: { percent: number }) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex items-center gap-1" title={t("lead.intent")}>
      <Flame
        aria-hidden
        className={cn("size-3", percent >= LIKELY ? "text-stage-hot" : "text-muted-foreground")}
      />
      <span className="sr-only">{t("lead.intent")}</span>
      <span className="font-medium tabular-nums">{percent} %</span>
    </span>
  );
}

/** The follow-up that goes out next, and in how long. */
export function NextFollowUp({ next, now }: { next: NonNullable<Lead["next_follow_up"]>; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Badge tone="primary" title={format.dateTime(next.scheduled_at)}>
      <Clock aria-hidden />
      <span className="sr-only">{t("lead.next_follow_up")}</span>
      <span className="truncate">
        {t(`sequence.${next.sequence_type}`)} · {format.distance(next.scheduled_at, now)}
      </span>
    </Badge>
  );
}
