import { Ellipsis } from "lucide-react";
import { memo, type ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { STATUSES, type Lead, type Status } from "@/api/types";
import { Avatar } from "@/components/Avatar";
import { Intent, NextFollowUp } from "@/components/Figures";
import { STAGE_COLOUR, StageScore } from "@/components/Stage";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { cn } from "@/lib/cn";
import { handleOf, nameOf } from "@/lib/people";
import { daysSince } from "@/lib/time";

type FaceProps = { lead: Lead; now: number };

/** What a card says about a lead. */
export const CardFace = memo(function CardFace({ lead, now }: FaceProps) {
  const { t } = useTranslation();
  const name = nameOf(lead) ?? t("lead.nameless");
  const handle = handleOf(lead);
  const days = lead.last_contact_at === null ? null : daysSince(lead.last_contact_at, now);
  const said = lead.last_message;
  return (
    <span className="flex flex-col gap-2 text-left text-xs">
      <span className="flex items-center gap-2.5 pr-7">
        <Avatar name={name} platform={lead.platform} className="size-8" />
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm leading-tight font-semibold">{name}</span>
          <span className="text-2xs text-muted-foreground block truncate">
            {handle && handle !== name ? handle : t(`platform.${lead.platform}`)}
          </span>
        </span>
      </span>
      <span className="text-muted-foreground line-clamp-2 min-h-8 leading-4 break-words">
        {said !== null && said.author !== "follower" && (
          <span className="text-foreground font-medium">{t(`author.${said.author}`)}: </span>
        )}
        {said === null ? t("lead.no_message") : said.text === "" ? t("attachment.unknown") : said.text}
      </span>
      <span className="text-2xs text-muted-foreground flex items-center gap-3">
        <StageScore status={lead.status} score={lead.pipeline_score} />
        <Intent percent={lead.purchase_intent_score} />
        {days !== null && (
          <span className="ml-auto tabular-nums" title={t("lead.since_contact")}>
            {days === 0 ? t("lead.today") : t("lead.days", { count: days })}
          </span>
        )}
      </span>
      {lead.next_follow_up && (
        <span className="flex min-w-0">
          <NextFollowUp next={lead.next_follow_up} now={now} />
        </span>
      )}
    </span>
  );
});

export const cardClass =
  "block w-full rounded-xl border border-border bg-surface p-3 shadow-xs transition-shadow hover:shadow-md";

type CardProps = FaceProps & {
  onOpen: () => void;
  onMove: (to: Status) => void;
  lifted: boolean;
  handle: ComponentProps<"button">;
};

export function Card({ lead, now, onOpen, onMove, lifted, handle }: CardProps) {
  const { t } = useTranslation();
  const name = nameOf(lead) ?? t("lead.nameless");
  return (
    <div className={cn("group relative", lifted && "opacity-40")}>
      <button
        type="button"
        aria-label={t("lead.card", {
          name,
          platform: t(`platform.${lead.platform}`),
          score: lead.pipeline_score,
          intent: lead.purchase_intent_score,
        })}
        {...handle}
        data-card
        onClick={onOpen}
        className={cn(cardClass, "touch-manipulation select-none")}
      >
        <CardFace lead={lead} now={now} />
      </button>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button
            variant="ghost"
            size="icon-sm"
            tabIndex={handle.tabIndex}
            className="text-muted-foreground absolute top-2 right-2 focus-visible:opacity-100 data-[state=open]:opacity-100 md:opacity-0 md:group-focus-within:opacity-100 md:group-hover:opacity-100"
            aria-label={t("board.move_menu", { name })}
          >
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuLabel>{t("board.move_to")}</DropdownMenuLabel>
          {STATUSES.filter((status) => status !== lead.status).map((status) => (
            <DropdownMenuItem key={status} onSelect={() => onMove(status)}>
              <span aria-hidden className={cn("size-2 rounded-full", STAGE_COLOUR[status])} />
              {t(`stage.${status}`)}
            </DropdownMenuItem>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
    </div>
  );
}
