import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BotMessageSquare, BotOff, ChevronDown, UserRoundCheck, type LucideIcon } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { Mode } from "@/api/types";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { useCreator } from "@/lib/session";
import { botQuery, putMode } from "./queries";

/** From silent to answering by itself. */
const MODES = ["off", "review", "auto"] as const satisfies readonly Mode[];

const ICONS: Record<Mode, LucideIcon> = { off: BotOff, review: UserRoundCheck, auto: BotMessageSquare };

/** How far the bot may go: not at all, as far as a person agrees, or by itself. */
export function BotSwitch() {
  const { t } = useTranslation();
  const id = useId();
  const creator = useCreator();
  const client = useQueryClient();
  const question = botQuery(creator);
  const bot = useQuery(question);
  const change = useMutation({
    mutationFn: (mode: Mode) => putMode(creator, mode),
    onError: (error) => toast.error(t("bot.refused", { reason: error.message })),
    onSuccess: ({ mode }) => toast.success(t(`bot.switched.${mode}`)),
    onSettled: () => client.invalidateQueries({ queryKey: question.queryKey }),
  });
  // While the wish is on its way the menu shows it; refused, it falls back to what is.
  const mode = change.isPending ? change.variables : bot.data?.mode;
  const Icon = ICONS[mode ?? "off"];
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" disabled={mode === undefined}>
          <Icon aria-hidden />
          {t("bot.label")} <span className="text-muted-foreground">{mode ? t(`bot.mode.${mode}`) : "…"}</span>
          <ChevronDown aria-hidden className="text-muted-foreground" />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="max-w-72">
        <DropdownMenuRadioGroup
          value={mode ?? ""}
          onValueChange={(chosen) => {
            if (chosen !== mode) change.mutate(chosen as Mode);
          }}
        >
          {MODES.map((each) => {
            const EachIcon = ICONS[each];
            return (
              <DropdownMenuRadioItem
                key={each}
                value={each}
                aria-label={t(`bot.mode.${each}`)}
                aria-describedby={`${id}-${each}`}
                className="items-start"
              >
                <EachIcon aria-hidden className="mt-0.5" />
                <span className="flex flex-col">
                  <span className="font-medium">{t(`bot.mode.${each}`)}</span>
                  <span id={`${id}-${each}`} className="text-muted-foreground text-xs">
                    {t(`bot.explained.${each}`)}
                  </span>
                </span>
              </DropdownMenuRadioItem>
            );
          })}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
