import { http, HttpResponse } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import { server } from "@/test/server";
import { followLive, type LiveEvent } from "./live";
import { touchedBy } from "./useLive";

let stop: (() => void) | undefined;
afterEach(() => stop?.());

const line = (text: string) => new HttpResponse(text, { headers: { "Content-Type": "text/event-stream" } });

test("a line that was cut is taken up where it ended", async () => {
  const askedFrom: (string | null)[] = [];
  server.use(
    http.get("*/stream/demo", ({ request }) => {
      askedFrom.push(request.headers.get("Last-Event-ID"));
      return line(`id: ${askedFrom.length + 40}\nevent: lead.scored\ndata: {}\n\n`);
    }),
  );
  const heard: LiveEvent[] = [];
  stop = followLive("demo", { onEvent: (event) => heard.push(event), onConnection: () => undefined });
  await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(2), 5000);
  expect(askedFrom.slice(0, 2)).toEqual([null, "41"]);
  expect(heard[1]).toEqual({ id: "42", type: "lead.scored", data: "{}" });
});

test("a refused line is tried again, and the screen says that it is down", async () => {
  let tries = 0;
  server.use(
    http.get("*/stream/demo", () => {
      tries += 1;
      return tries === 1 ? new HttpResponse(null, { status: 503 }) : line(": hello\n\n");
    }),
  );
  const connections: string[] = [];
  stop = followLive("demo", { onEvent: () => undefined, onConnection: (now) => connections.push(now) });
  await vi.waitFor(() => expect(connections.slice(0, 2)).toEqual(["reconnecting", "live"]), 5000);
});

test("an event makes only those lists be read again that it can have changed", () => {
  const touched = (type: string) => touchedBy({ id: "1", type, data: "{}" }, "demo").map(([what]) => what);
  expect(touched("position")).toEqual([]);
  expect(touched("creator.mode_changed")).toEqual(["bot"]);
  expect(touched("lead.status_changed")).toContain("board");
  expect(touched("follower.follow_up_sent")).toEqual(expect.arrayContaining(["messages", "followups"]));
  expect(touched("reset")).toEqual(expect.arrayContaining(["board", "bot", "clock"]));
});
