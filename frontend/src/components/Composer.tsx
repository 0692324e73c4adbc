import { SendHorizontal } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./ui/button";

export const LONGEST_TEXT = 4096;

type Props = {
  label: string;
  send: (text: string) => Promise<unknown>;
  sending: boolean;
  error: Error | null;
  onTyping?: () => void;
};

/** Where one writes; Enter sends, Shift with Enter begins a new line. */
export function Composer({ label, send, sending, error, onTyping }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const ready = text.trim() !== "" && !sending;

  async function submit(): Promise<void> {
    if (!ready) return;
    setText("");
    try {
      await send(text.trim());
    } catch {
      // Said below the field by `error`; what was typed comes back so that nobody types it twice.
      setText(text);
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  }

  return (
    <form action={submit} className="border-border border-t p-2.5 md:p-3">
      {error && (
        <p role="alert" className="text-danger px-2 pb-2 text-xs">
          {t("composer.not_sent", { reason: error.message })}
        </p>
      )}
      <div className="border-input/60 bg-background focus-within:outline-ring flex items-end gap-2 rounded-2xl border py-1 pr-1 pl-3 focus-within:outline-2">
        <textarea
          aria-label={label}
          placeholder={label}
          rows={1}
          maxLength={LONGEST_TEXT}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            onTyping?.();
          }}
          onKeyDown={onKeyDown}
          className="placeholder:text-muted-foreground field-sizing-content max-h-32 min-h-8 flex-1 resize-none bg-transparent py-1.5 text-base outline-none md:text-sm"
        />
        <Button
          type="submit"
          variant="primary"
          size="icon"
          className="size-8 rounded-full"
          aria-label={t("composer.send")}
          disabled={!ready}
        >
          <SendHorizontal />
        </Button>
      </div>
    </form>
  );
}
