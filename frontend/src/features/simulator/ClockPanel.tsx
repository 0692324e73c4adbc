import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FastForward, LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { clockQuery, sessionKey } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { useCreator } from "@/lib/session";
import { nextMorning, useFormat, useNow } from "@/lib/time";
import { moveClock } from "./queries";

const HOUR_SECONDS = 3600;

/** The demo's clock: what time it is there, and ways to let it go faster. */
export function ClockPanel({ nextFollowUp }: { nextFollowUp: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const creator = useCreator();
  const client = useQueryClient();
  const now = useNow();
  const clock = useQuery(clockQuery(creator));
  const move = useMutation({
    mutationFn: (by: Parameters<typeof moveClock>[1]) => moveClock(creator, by),
    onSuccess: (moved) => {
      client.setQueryData(clockQuery(creator).queryKey, moved);
      return client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
    },
    onError: (error) => toast.error(t("clock.refused", { reason: error.message })),
  });
  const advance = (seconds: number) => () => move.mutate({ advance_seconds: seconds });

  return (
    <section aria-label={t("clock.title")} className="border-border bg-surface rounded-2xl border p-4">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="text-muted-foreground text-xs font-semibold">{t("clock.title")}</h3>
        {clock.data !== undefined && clock.data.offset_seconds > 0 && (
          <span className="text-2xs text-muted-foreground">{t("clock.moved")}</span>
        )}
      </div>
      <p className="mt-1 flex items-center gap-2 text-lg font-semibold tabular-nums" aria-live="polite">
        {clock.data ? <time dateTime={new Date(now).toISOString()}>{format.dateTime(now)}</time> : "…"}
        {move.isPending && (
          <LoaderCircle
            role="status"
            aria-label={t("clock.moving")}
            className="text-muted-foreground size-4 animate-spin"
          />
        )}
      </p>
      <fieldset disabled={move.isPending || !clock.data} className="mt-3 flex flex-wrap gap-1.5">
        <legend className="sr-only">{t("clock.title")}</legend>
        <Button size="sm" onClick={advance(HOUR_SECONDS)}>
          {t("clock.hours", { count: 1 })}
        </Button>
        <Button size="sm" onClick={advance(4 * HOUR_SECONDS)}>
          {t("clock.hours", { count: 4 })}
        </Button>
        <Button size="sm" onClick={() => move.mutate({ to: nextMorning(now).toISOString() })}>
          {t("clock.next_morning")}
        </Button>
        <Button size="sm" onClick={advance(48 * HOUR_SECONDS)}>
          {t("clock.two_days")}
        </Button>
        {nextFollowUp !== undefined && (
          <Button size="sm" variant="primary" onClick={() => move.mutate({ to: nextFollowUp })}>
            <FastForward aria-hidden />
            {t("clock.next_follow_up")}
          </Button>
        )}
      </fieldset>
    </section>
  );
}
