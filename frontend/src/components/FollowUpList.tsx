import {
  CircleAlert,
  CircleCheck,
  CircleHelp,
  CircleSlash,
  Clock,
  Hand,
  UserRound,
  type LucideIcon,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { FollowUp } from "@/api/types";
import { cn } from "@/lib/cn";
import { useReason } from "@/lib/reasons";
import { useFormat, useNow } from "@/lib/time";

type State = FollowUp["status"];

const LOOKS: Record<State, { icon: LucideIcon; colour: string }> = {
  pending: { icon: Clock, colour: "text-primary" },
  sent: { icon: CircleCheck, colour: "text-success" },
  converted: { icon: UserRound, colour: "text-primary" },
  held: { icon: Hand, colour: "text-warning" },
  uncertain: { icon: CircleHelp, colour: "text-warning" },
  failed: { icon: CircleAlert, colour: "text-danger" },
  skipped: { icon: CircleSlash, colour: "text-muted-foreground" },
  cancelled: { icon: CircleSlash, colour: "text-muted-foreground" },
};

/** Follow-ups in the order of their time: which, when, what it says, what became of it. */
export function FollowUpList({ followUps, label }: { followUps: readonly FollowUp[]; label: string }) {
  return (
    <ol aria-label={label} className="flex flex-col gap-3">
      {followUps.map((followUp) => (
        <FollowUpRow key={followUp.id} followUp={followUp} />
      ))}
    </ol>
  );
}

function FollowUpRow({ followUp }: { followUp: FollowUp }) {
  const { t } = useTranslation();
  const inWords = useReason();
  const format = useFormat();
  const now = useNow();
  const { status, sequence_type, step, reason, message_preview } = followUp;
  const { icon: Icon, colour } = LOOKS[status];
  const over = status === "cancelled" || status === "skipped";
  const at = followUp.sent_at ?? followUp.scheduled_at;
  return (
    <li className="flex gap-2.5" data-status={status}>
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", colour)} />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-medium">
          {t(`sequence.${sequence_type}`)}{" "}
          <span className="text-muted-foreground font-normal">· {t("followup.step", { step })}</span>
        </p>
        <p className="text-muted-foreground text-xs">
          <span className={cn("font-medium", colour)}>{t(`followup.status.${status}`)}</span>
          {" · "}
          <time dateTime={at}>{format.dateTime(at)}</time>
          {status === "pending" && ` (${format.distance(at, now)})`}
          {reason && ` · ${inWords(reason)}`}
        </p>
        {message_preview && (
          <p
            className={cn(
              "mt-1 line-clamp-2 text-xs break-words",
              over && "text-muted-foreground line-through",
            )}
          >
            {message_preview}
          </p>
        )}
      </div>
    </li>
  );
}
