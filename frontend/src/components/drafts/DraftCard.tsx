import { Check, Pencil, RefreshCw, TimerReset, X } from "lucide-react";
import { useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isOutdated } from "@/api/client";
import type { Settlement } from "@/api/drafts";
import type { Draft } from "@/api/types";
import { nameOf } from "@/lib/people";
import { useWhy } from "@/lib/reasons";
import { useFormat } from "@/lib/time";
import { useSettleDraft } from "@/lib/useSettleDraft";
import { passFocusOn } from "@/lib/waitingFocus";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { DraftEditor } from "./DraftEditor";

/** From here on it is said when the messaging window closes (milliseconds). */
const SOON = 4 * 60 * 60 * 1000;

type Props = {
  draft: Draft;
  now: number;
  /** Called when somebody begins to rewrite the draft, and when they have finished. */
  onRewriting: (draft: Draft, rewriting: boolean) => void;
  /** Who it is for and what they asked, where the conversation does not stand beside it. */
  children?: ReactNode;
};

/** An answer that waits for a person's word: to be sent, rewritten, made anew or rejected. */
export function DraftCard({ draft, now, onRewriting, children }: Props) {
  const { t } = useTranslation();
  const card = useRef<HTMLElement>(null);
  const [editing, setEditing] = useState(false);
  const name = nameOf(draft) ?? t("lead.nameless");

  function edit(on: boolean): void {
    setEditing(on);
    onRewriting(draft, on);
    // The field that had the focus is gone.
    if (!on) card.current?.focus();
  }

  const settling = useSettleDraft(draft, () => {
    passFocusOn(card.current);
    onRewriting(draft, false);
  });
  const { isPending, error, variables } = settling;
  const question = isOutdated(error);
  const locked = isPending || question;
  const settle = (settlement: Settlement) => {
    if (!locked) settling.mutate(settlement);
  };

  function confirm(): void {
    if (variables?.how === "approve" || variables?.how === "edit")
      settling.mutate({ ...variables, confirmed: true });
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    // A key held down must not run through the whole list.
    if (event.target !== event.currentTarget || event.repeat) return;
    if (editing || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys: Partial<Record<string, () => void>> = {
      enter: () => settle({ how: "approve" }),
      e: () => !locked && edit(true),
      x: () => settle({ how: "reject" }),
      r: () => settle({ how: "regenerate" }),
    };
    const act = keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  return (
    <article
      ref={card}
      data-waiting
      tabIndex={0}
      aria-label={t("draft.label", { name })}
      aria-keyshortcuts="Enter E X R"
      aria-busy={isPending}
      onKeyDown={onKeyDown}
      className="border-border bg-surface flex flex-col gap-3 rounded-2xl border p-3 md:p-4"
    >
      {children}
      {editing ? (
        <DraftEditor
          draft={draft}
          locked={locked}
          onSend={(text) => settle(text === draft.text ? { how: "approve" } : { how: "edit", text })}
          onCancel={() => {
            settling.reset();
            edit(false);
          }}
        />
      ) : (
        <p
          lang={draft.language}
          className="bg-primary-soft rounded-2xl rounded-br-md px-3 py-2 text-sm leading-relaxed break-words whitespace-pre-wrap"
        >
          {draft.text}
        </p>
      )}
      <Why draft={draft} name={name} now={now} />
      {error && !question && (
        <p role="alert" className="text-danger text-xs">
          {t("draft.refused", { reason: error.message })}
        </p>
      )}
      {question && (
        <SendAnyway
          name={name}
          onConfirm={confirm}
          onCancel={() => {
            settling.reset();
            (card.current?.querySelector("textarea") ?? card.current)?.focus();
          }}
        />
      )}
      {!editing && !question && (
        <div className="flex flex-wrap gap-2">
          <Button
            variant="primary"
            size="sm"
            aria-disabled={isPending}
            onClick={() => settle({ how: "approve" })}
          >
            <Check aria-hidden />
            {t("draft.approve")}
          </Button>
          <Button size="sm" aria-disabled={isPending} onClick={() => !isPending && edit(true)}>
            <Pencil aria-hidden />
            {t("draft.edit")}
          </Button>
          <Button size="sm" aria-disabled={isPending} onClick={() => settle({ how: "regenerate" })}>
            <RefreshCw aria-hidden />
            {t("draft.regenerate")}
          </Button>
          <Button
            variant="ghost"
            size="sm"
            aria-disabled={isPending}
            onClick={() => settle({ how: "reject" })}
          >
            <X aria-hidden />
            {t("draft.reject")}
          </Button>
        </div>
      )}
    </article>
  );
}

/** What keeps the draft from going out by itself, how sure the bot is, and how much time is left. */
function Why({ draft, name, now }: { draft: Draft; name: string; now: number }) {
  const { t } = useTranslation();
  const inWords = useWhy();
  const format = useFormat();
  const { why, source, confidence, expires_at, outdated } = draft;
  const left = expires_at === null ? Infinity : Date.parse(expires_at) - now;
  return (
    <ul aria-label={t("draft.why")} className="flex flex-wrap items-center gap-1.5">
      {outdated && (
        <li className="flex">
          <Badge tone="warning">{t("draft.outdated", { name })}</Badge>
        </li>
      )}
      {expires_at !== null && left < SOON && (
        <li className="flex">
          <Badge tone="danger" title={format.dateTime(expires_at)}>
            <TimerReset aria-hidden />
            {left > 0 ? t("draft.closes", { when: format.distance(expires_at, now) }) : t("draft.closed")}
          </Badge>
        </li>
      )}
      {why.map((word) => (
        <li key={word} className="flex">
          <Badge className="whitespace-normal">{inWords(word)}</Badge>
        </li>
      ))}
      <li className="text-2xs text-muted-foreground">
        {source === "template"
          ? t("draft.by_template")
          : t("draft.by_model", { percent: format.number(Math.round(confidence * 100)) })}
      </li>
    </ul>
  );
}

type QuestionProps = { name: string; onConfirm: () => void; onCancel: () => void };

function SendAnyway({ name, onConfirm, onCancel }: QuestionProps) {
  const { t } = useTranslation();
  return (
    <div className="bg-warning-soft flex flex-wrap items-center gap-2 rounded-lg px-3 py-2">
      <p role="alert" className="mr-auto text-sm">
        {t("draft.send_anyway", { name })}
      </p>
      <Button variant="primary" size="sm" onClick={onConfirm}>
        {t("draft.send_anyway_yes")}
      </Button>
      <Button autoFocus size="sm" onClick={onCancel}>
        {t("draft.send_anyway_no")}
      </Button>
    </div>
  );
}
