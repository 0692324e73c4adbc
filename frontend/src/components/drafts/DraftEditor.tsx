import { SendHorizontal } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Draft } from "@/api/types";
import { useTyping } from "@/lib/useTyping";
import { useFormat } from "@/lib/time";
import { LONGEST_TEXT } from "../Composer";
import { Button } from "../ui/button";
import { Textarea } from "../ui/textarea";

type Props = {
  draft: Draft;
  /** Nothing can be changed while it is on its way, or while a question about it is open. */
  locked: boolean;
  onSend: (text: string) => void;
  onCancel: () => void;
};

/** The draft in one's own words, sent by button or by Ctrl or Cmd with Enter. */
export function DraftEditor({ draft, locked, onSend, onCancel }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const counter = useId();
  const [text, setText] = useState(draft.text);
  const typing = useTyping(draft.lead_id);
  const ready = text.trim() !== "" && !locked;

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape" && !locked) onCancel();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (ready) onSend(text.trim());
  }

  return (
    <div className="flex flex-col gap-2">
      <Textarea
        autoFocus
        aria-label={t("draft.edit_label")}
        aria-describedby={counter}
        lang={draft.language}
        maxLength={LONGEST_TEXT}
        readOnly={locked}
        value={text}
        onFocus={({ currentTarget }) => currentTarget.setSelectionRange(text.length, text.length)}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          typing();
        }}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button
          variant="primary"
          size="sm"
          aria-disabled={!ready}
          onClick={() => ready && onSend(text.trim())}
        >
          <SendHorizontal aria-hidden />
          {t("draft.send")}
        </Button>
        <Button variant="ghost" size="sm" aria-disabled={locked} onClick={() => !locked && onCancel()}>
          {t("common.cancel")}
        </Button>
        <span id={counter} className="text-2xs text-muted-foreground ml-auto tabular-nums">
          {t("draft.characters", {
            typed: format.number(Array.from(text).length),
            most: format.number(LONGEST_TEXT),
          })}
        </span>
      </div>
    </div>
  );
}
