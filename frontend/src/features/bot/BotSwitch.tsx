import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Label } from "@/components/ui/label";
import { Switch } from "@/components/ui/switch";
import { useCreator } from "@/lib/session";
import { botQuery, switchBot } from "./queries";

/** Turns the bot on and off. */
export function BotSwitch() {
  const { t } = useTranslation();
  const id = useId();
  const creator = useCreator();
  const client = useQueryClient();
  const question = botQuery(creator);
  const bot = useQuery(question);
  const change = useMutation({
    mutationFn: (active: boolean) => switchBot(creator, active),
    onError: (error) => toast.error(t("bot.refused", { reason: error.message })),
    onSuccess: ({ bot_active }) => toast.success(t(bot_active ? "bot.switched_on" : "bot.switched_off")),
    onSettled: () => client.invalidateQueries({ queryKey: question.queryKey }),
  });
  // While the wish is on its way the switch shows it; refused, it falls back to what is.
  const active = change.isPending ? change.variables : (bot.data?.bot_active ?? false);
  return (
    <div className="flex items-center gap-2">
      <Label htmlFor={id} className="text-sm">
        {t("bot.label")}
        <span className="text-muted-foreground hidden sm:inline">
          {" "}
          · {bot.data ? t(active ? "bot.on" : "bot.off") : "…"}
        </span>
      </Label>
      <Switch id={id} checked={active} disabled={!bot.data} onCheckedChange={(on) => change.mutate(on)} />
    </div>
  );
}
