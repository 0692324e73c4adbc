import { EventSourceParserStream } from "eventsource-parser/stream";

export type LiveEvent = { id: string | undefined; type: string; data: string };
export type Connection = "connecting" | "live" | "reconnecting";

/** The server says something at least every 15 seconds; three times that in silence is a dead line. */
const SILENCE = 45_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

type Listener = { onEvent: (event: LiveEvent) => void; onConnection: (connection: Connection) => void };

/**
 * Follows the stream of a creator's events until told to stop, and takes it up again where it was cut.
 * It reads the stream by fetch, because EventSource hears only the event names that it was given beforehand.
 */
export function followLive(creator: string, { onEvent, onConnection }: Listener): () => void {
  const stop = new AbortController();
  const stopped = () => stop.signal.aborted;
  let lastId: string | undefined;
  let pause = FIRST_PAUSE;

  async function connect(): Promise<void> {
    const line = new AbortController();
    const signal = AbortSignal.any([stop.signal, line.signal]);
    let watchdog = setTimeout(() => line.abort(), SILENCE);
    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => line.abort(), SILENCE);
    };
    try {
      const response = await fetch(
        new URL(`/stream/${encodeURIComponent(creator)}`, window.location.origin),
        {
          headers: { Accept: "text/event-stream", ...(lastId !== undefined && { "Last-Event-ID": lastId }) },
          signal,
        },
      );
      if (!response.ok || !response.body) return;
      pause = FIRST_PAUSE;
      onConnection("live");
      const events = response.body
        .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
        .pipeThrough(new EventSourceParserStream({ onComment: heard }));
      const reader = events.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        heard();
        const { id, event = "message", data } = next.value;
        lastId = id ?? lastId;
        onEvent({ id, type: event, data });
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  async function keepConnected(): Promise<void> {
    while (!stopped()) {
      // However the line ended, there is one answer to it: wait a little and call again.
      await connect().catch(() => undefined);
      if (stopped()) return;
      onConnection("reconnecting");
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  void keepConnected();
  return () => stop.abort();
}
