import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, MessagesSquare } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { isGone } from "@/api/client";
import { keyOf, keysOfPeople, takeOut } from "@/api/queries";
import type { Escalation } from "@/api/types";
import { StageBadge } from "@/components/Stage";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { WaitingPerson } from "@/components/WaitingPerson";
import { nameOf } from "@/lib/people";
import { useCreator } from "@/lib/session";
import { passFocusOn } from "@/lib/waitingFocus";
import { resolveEscalation } from "./queries";

const LONGEST_NOTE = 1000;

/** Somebody who needs a person: why, what they wrote, and the way to say that it is dealt with. */
export function EscalationCard({ escalation, now }: { escalation: Escalation; now: number }) {
  const { t } = useTranslation();
  const card = useRef<HTMLElement>(null);
  const [resolving, setResolving] = useState(false);
  const name = nameOf(escalation) ?? t("lead.nameless");
  const { mutate, isPending, error } = useResolve(escalation, () => passFocusOn(card.current));
  return (
    <article
      ref={card}
      data-waiting
      tabIndex={0}
      aria-label={t("escalation.label", { name })}
      aria-busy={isPending}
      className="border-warning/50 bg-surface flex flex-col gap-3 rounded-2xl border p-3 md:p-4"
    >
      <WaitingPerson person={escalation} since={escalation.created_at} now={now} />
      <p className="text-sm leading-relaxed break-words whitespace-pre-wrap">{escalation.message}</p>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
        <Badge tone="warning" className="whitespace-normal">
          {t(`escalation.reason.${escalation.reason}`)}
        </Badge>
        <StageBadge status={escalation.lead_status} />
      </p>
      {error && (
        <p role="alert" className="text-danger text-xs">
          {t("escalation.refused", { reason: error.message })}
        </p>
      )}
      {resolving ? (
        <NoteForm
          locked={isPending}
          onResolve={mutate}
          onCancel={() => {
            setResolving(false);
            card.current?.focus();
          }}
        />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button asChild variant="primary" size="sm">
            <Link to="/leads" search={{ lead: escalation.lead_id }}>
              <MessagesSquare aria-hidden />
              {t("escalation.open")}
            </Link>
          </Button>
          <Button size="sm" onClick={() => setResolving(true)}>
            <Check aria-hidden />
            {t("escalation.resolve")}
          </Button>
        </div>
      )}
    </article>
  );
}

function useResolve(escalation: Escalation, onLeave: () => void) {
  const { t } = useTranslation();
  const creator = useCreator();
  const client = useQueryClient();
  return useMutation({
    mutationKey: keyOf("escalations", creator),
    mutationFn: (note: string) => resolveEscalation(creator, escalation.id, note),
    onSuccess: async ({ shown }) => {
      toast.success(t("escalation.resolved", { name: nameOf(escalation) ?? t("lead.nameless") }));
      onLeave();
      await takeOut(client, creator, "escalations", escalation.id);
      if (shown) keysOfPeople(creator).forEach((queryKey) => void client.invalidateQueries({ queryKey }));
    },
    onError: (error) => {
      if (!isGone(error)) return;
      toast.error(t("waiting.gone"));
      onLeave();
      void client.invalidateQueries({ queryKey: keyOf("escalations", creator) });
    },
  });
}

type FormProps = { locked: boolean; onResolve: (note: string) => void; onCancel: () => void };

function NoteForm({ locked, onResolve, onCancel }: FormProps) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  return (
    <form
      className="flex flex-col gap-2"
      action={() => {
        if (!locked) onResolve(note.trim());
      }}
    >
      <Textarea
        autoFocus
        aria-label={t("escalation.note")}
        placeholder={t("escalation.note")}
        maxLength={LONGEST_NOTE}
        readOnly={locked}
        value={note}
        onChange={({ currentTarget }) => setNote(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape" && !locked) onCancel();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
            event.currentTarget.form?.requestSubmit();
        }}
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" size="sm" aria-disabled={locked}>
          <Check aria-hidden />
          {t("escalation.resolve")}
        </Button>
        <Button variant="ghost" size="sm" aria-disabled={locked} onClick={() => !locked && onCancel()}>
          {t("common.cancel")}
        </Button>
      </div>
    </form>
  );
}
