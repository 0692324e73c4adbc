import {
  Check,
  CheckCheck,
  CircleAlert,
  CircleHelp,
  Clock,
  Forward,
  Hand,
  Paperclip,
  type LucideIcon,
} from "lucide-react";
import { Fragment, useLayoutEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/types";
import { cn } from "@/lib/cn";
import { useReason } from "@/lib/reasons";
import { useFormat } from "@/lib/time";
import { Button } from "./ui/button";

type Delivery = NonNullable<Message["delivery"]>;

const TICKS: Record<Delivery, LucideIcon> = {
  queued: Clock,
  sent: CheckCheck,
  held: Hand,
  uncertain: CircleHelp,
  failed: CircleAlert,
  manual: Check,
};

/** So close to the end counts as at the end (pixels). */
const NEAR = 24;

type Props = {
  /** Oldest first. */
  messages: readonly Message[];
  /** Whose side is the right one. */
  mine: "follower" | "creator";
  label: string;
  older?: { load: () => void; loading: boolean } | undefined;
  empty: ReactNode;
  className?: string;
};

/** A conversation as on a telephone: what I say is on the right, the newest at the bottom. */
export function Thread({ messages, mine, label, older, empty, className }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const newest = messages.at(-1)?.id;

  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [newest]);

  useLayoutEffect(() => {
    const thread = box.current;
    if (!thread) return;
    // Whoever reads the newest goes on reading it when something beside the conversation takes room away.
    let atTheEnd = true;
    const noteWhere = () => {
      atTheEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR;
    };
    const resized = new ResizeObserver(() => {
      if (atTheEnd) thread.scrollTop = thread.scrollHeight;
    });
    thread.addEventListener("scroll", noteWhere, { passive: true });
    resized.observe(thread);
    return () => {
      thread.removeEventListener("scroll", noteWhere);
      resized.disconnect();
    };
  }, []);

  return (
    <div
      ref={box}
      role="log"
      aria-label={label}
      // A region that scrolls must be reachable for those who scroll with keys.
      tabIndex={0}
      className={cn(
        "scroll-thin flex flex-col gap-1.5 overflow-y-auto overscroll-contain px-4 py-3",
        className,
      )}
    >
      {older && (
        <Button
          variant="ghost"
          size="sm"
          className="self-center"
          disabled={older.loading}
          onClick={older.load}
        >
          {t("thread.older")}
        </Button>
      )}
      {messages.length === 0 && <div className="m-auto">{empty}</div>}
      {messages.map((message, index) => {
        const day = format.day(message.timestamp);
        const before = messages[index - 1];
        return (
          <Fragment key={message.id}>
            {(!before || format.day(before.timestamp) !== day) && (
              <p className="text-2xs text-muted-foreground my-2 text-center font-medium">{day}</p>
            )}
            {message.note === null ? (
              <Bubble message={message} right={(message.role === "user") === (mine === "follower")} />
            ) : (
              <Note note={message.note} />
            )}
          </Fragment>
        );
      })}
    </div>
  );
}

function Bubble({ message, right }: { message: Message; right: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const inWords = useReason();
  const { author, delivery, attachments, reason, forwarded } = message;
  const arrived = delivery === null || delivery === "sent" || delivery === "manual";
  return (
    <div
      className={cn(
        "flex max-w-[85%] flex-col gap-0.5",
        right ? "items-end self-end" : "items-start self-start",
      )}
      data-side={right ? "right" : "left"}
    >
      <p
        className={cn(
          "rounded-2xl px-3 py-1.5 text-sm leading-relaxed break-words whitespace-pre-wrap",
          right ? "bg-primary text-primary-foreground rounded-br-md" : "bg-muted rounded-bl-md",
          !arrived && "border-input text-foreground border border-dashed bg-transparent",
        )}
      >
        {forwarded && (
          <span className="flex items-center gap-1 text-xs italic">
            <Forward aria-hidden className="size-3.5 shrink-0" />
            {t("thread.forwarded")}
          </span>
        )}
        {message.content}
        {attachments.map((kind, index) => (
          <span key={index} className="flex items-center gap-1.5 italic">
            <Paperclip aria-hidden className="size-3.5 shrink-0" />
            {t(`attachment.${kind}` as "attachment.unknown", { defaultValue: t("attachment.unknown") })}
          </span>
        ))}
      </p>
      <p className="text-2xs text-muted-foreground flex items-center gap-1 px-1">
        {author !== "follower" && <span>{t(`author.${author}`)} ·</span>}
        <time dateTime={message.timestamp}>{format.time(message.timestamp)}</time>
        {delivery && <Ticks delivery={delivery} />}
        {reason && <span>· {inWords(reason)}</span>}
      </p>
    </div>
  );
}

/** What the platform notes in the chat: nobody has said it. */
function Note({ note }: { note: string }) {
  const { t } = useTranslation();
  return (
    <p className="text-2xs text-muted-foreground my-1 text-center italic">
      {t(`note.${note}` as "note.other", { defaultValue: t("note.other") })}
    </p>
  );
}

/** What became of a message; said in words when it did not simply arrive. */
function Ticks({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const Icon = TICKS[delivery];
  const calm = delivery === "sent" || delivery === "queued" || delivery === "manual";
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1",
        !calm && "text-warning font-medium",
        delivery === "failed" && "text-danger",
      )}
      title={t(`delivery.${delivery}`)}
    >
      <Icon aria-hidden className="size-3.5" />
      <span className={cn(calm && "sr-only")}>{t(`delivery.${delivery}`)}</span>
    </span>
  );
}
