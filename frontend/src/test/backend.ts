import { http, HttpResponse } from "msw";
import type { Draft, Escalation, FollowUp, Lead, Message, Mode, Status } from "@/api/types";
import { server } from "./server";

type World = {
  leads?: Lead[];
  messages?: Message[];
  followUps?: FollowUp[];
  drafts?: Draft[];
  escalations?: Escalation[];
  mode?: Mode;
  demo?: boolean;
  creators?: string[];
};

export function problem(status: number, detail: string, slug = "conflict") {
  return HttpResponse.json(
    { type: `/problems/${slug}`, title: "Refused", status, detail },
    { status, headers: { "Content-Type": "application/problem+json" } },
  );
}

/** A small Clonnect that answers as the contract says; `world` may be changed while it runs. */
export function startBackend({
  leads = [],
  messages = [],
  followUps = [],
  drafts = [],
  escalations = [],
  mode = "auto",
  demo = true,
  creators = ["demo"],
}: World = {}) {
  const world = { leads, messages, followUps, drafts, escalations, mode, offset: 0, loggedIn: true };
  const writes: { path: string; body: unknown; csrf: string | null }[] = [];
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let position = 0;

  const found = (id: unknown) => world.leads.find((lead) => lead.id === id || lead.follower_id === id);
  const page = <T>(rows: T[], url: URL) => {
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const limit = Number(url.searchParams.get("limit") ?? 50);
    const part = rows.slice(from, from + limit);
    const next_cursor = from + limit < rows.length ? String(from + limit) : null;
    return { status: "ok", count: part.length, total: rows.length, next_cursor, part };
  };
  const matching = (url: URL) => {
    const q = url.searchParams.get("q")?.toLowerCase() ?? "";
    const statuses = url.searchParams.getAll("status");
    return world.leads.filter(
      ({ name, status }) =>
        (statuses.length === 0 || statuses.includes(status)) && (name ?? "").toLowerCase().includes(q),
    );
  };
  const asFollower = (lead: Lead) => ({
    ...lead,
    status: "ok",
    lead_status: lead.status,
    total_messages: world.messages.length,
    message_count: world.messages.length,
    last_messages: world.messages.slice(-5),
    last_contact: lead.last_contact_at,
    first_contact: lead.created_at,
    is_lead: true,
    is_customer: lead.status === "customer",
    unread: 0,
    needs_person: false,
  });
  const clock = () => ({
    status: "ok",
    now: new Date(Date.now() + world.offset * 1000).toISOString(),
    offset_seconds: world.offset,
  });
  const whoAmI = () => ({
    status: "ok",
    user: { id: "u1", email: "ana@example.com", role: "owner" as const, creators },
    csrf_token: "the-token",
    demo,
  });

  server.use(
    http.get("*/auth/me", () =>
      world.loggedIn ? HttpResponse.json(whoAmI()) : problem(401, "Log in first."),
    ),
    http.post("*/auth/login", async ({ request }) => {
      const body = (await request.json()) as { link?: string; password?: string };
      if (body.link === "invitation") {
        const accepts = world.loggedIn && request.headers.get("X-CSRF-Token") === "the-token";
        if (!body.password && !accepts) return problem(422, "Choose a `password` of at least 10 characters.");
      } else if (body.link !== "good" && body.password !== "right")
        return problem(401, "E-mail or password is wrong.");
      world.loggedIn = true;
      return HttpResponse.json(whoAmI());
    }),
    http.put("*/auth/password", async ({ request }) => {
      const body = (await request.json()) as { current: string | null };
      if (body.current === "wrong") return problem(422, "This is not the present password.");
      writes.push({ path: "password", body, csrf: request.headers.get("X-CSRF-Token") });
      return HttpResponse.json({ status: "ok" });
    }),
    http.get("*/dm/leads/demo", ({ request }) => {
      const url = new URL(request.url);
      const { part, ...rest } = page(matching(url), url);
      return HttpResponse.json({ ...rest, leads: part });
    }),
    http.get("*/dm/follower/demo/:id", ({ params }) => {
      const lead = found(params.id);
      return lead ? HttpResponse.json(asFollower(lead)) : problem(404, "Nobody by that id.");
    }),
    http.put("*/dm/follower/demo/:id/status", async ({ params, request }) => {
      const { status } = (await request.json()) as { status: Status };
      world.leads = world.leads.map((lead) => (lead.id === params.id ? { ...lead, status } : lead));
      writes.push({ path: "status", body: { status }, csrf: request.headers.get("X-CSRF-Token") });
      return HttpResponse.json({
        status: "ok",
        new_status: status,
        db_status: status,
        lead: found(params.id),
      });
    }),
    http.get("*/dm/conversations/demo", ({ request }) => {
      const url = new URL(request.url);
      const { part, ...rest } = page(matching(url), url);
      return HttpResponse.json({ ...rest, conversations: part.map(asFollower) });
    }),
    http.get("*/dm/conversations/demo/:id/messages", ({ params, request }) => {
      if (!found(params.id)) return problem(404, "Nobody by that id.");
      const { part, ...rest } = page(world.messages.toReversed(), new URL(request.url));
      return HttpResponse.json({ ...rest, messages: part });
    }),
    http.get("*/nurturing/demo/followups", () =>
      HttpResponse.json({ status: "ok", followups: world.followUps, count: 0, total: 0, next_cursor: null }),
    ),
    http.get("*/bot/demo/status", () =>
      HttpResponse.json({
        status: "ok",
        creator_id: "demo",
        bot_active: world.mode !== "off",
        mode: world.mode,
      }),
    ),
    http.put("*/bot/demo/mode", async ({ request }) => {
      world.mode = ((await request.json()) as { mode: Mode }).mode;
      return HttpResponse.json({
        status: "ok",
        creator_id: "demo",
        mode: world.mode,
        bot_active: world.mode !== "off",
      });
    }),
    http.get("*/dm/drafts/:creator", ({ params, request }) => {
      const url = new URL(request.url);
      const lead = url.searchParams.get("lead_id");
      const rows = params.creator === "demo" ? world.drafts : [];
      const { part, ...rest } = page(
        rows.filter(({ lead_id }) => lead === null || lead_id === lead),
        url,
      );
      return HttpResponse.json({ ...rest, creator_id: params.creator, drafts: part });
    }),
    http.post("*/dm/drafts/demo/:id/:how", async ({ params, request }) => {
      const draft = world.drafts.find(({ id }) => id === params.id);
      if (!draft) return problem(409, "Somebody has settled it already.", "settled-draft");
      const body = (await request.json()) as { text?: string; confirm_outdated?: boolean };
      const sends = params.how === "approve" || params.how === "edit";
      if (sends && draft.outdated && !body.confirm_outdated)
        return problem(409, "They have written since.", "outdated-draft");
      writes.push({ path: String(params.how), body, csrf: request.headers.get("X-CSRF-Token") });
      world.drafts = world.drafts.filter((other) => other !== draft);
      const settled = { approve: "approved", edit: "edited", reject: "rejected", regenerate: "superseded" }[
        String(params.how)
      ];
      return HttpResponse.json({
        status: "ok",
        id: draft.id,
        lead_id: draft.lead_id,
        settled,
        version: draft.version + 1,
        ...(sends && { message_id: "m", delivery: "queued", reason: null }),
      });
    }),
    http.get("*/dm/escalations/:creator", ({ params, request }) => {
      const rows = params.creator === "demo" ? world.escalations : [];
      const { part, ...rest } = page(rows, new URL(request.url));
      return HttpResponse.json({ ...rest, creator_id: params.creator, escalations: part });
    }),
    http.post("*/dm/escalations/demo/:id/resolve", async ({ params, request }) => {
      if (!world.escalations.some(({ id }) => id === params.id)) return problem(404, "Nothing by that id.");
      const body: unknown = await request.json();
      writes.push({ path: "resolve", body, csrf: request.headers.get("X-CSRF-Token") });
      world.escalations = world.escalations.filter(({ id }) => id !== params.id);
      return HttpResponse.json({ status: "ok", id: params.id, lead_id: "l", resolved: true, version: 2 });
    }),
    http.post("*/dm/conversations/demo/:id/typing", ({ request }) => {
      writes.push({ path: "typing", body: {}, csrf: request.headers.get("X-CSRF-Token") });
      return HttpResponse.json({ status: "ok", holds_until: new Date(Date.now() + 120_000).toISOString() });
    }),
    http.post("*/dm/send/demo", async ({ request }) => {
      const body = (await request.json()) as { follower_id: string; message: string };
      writes.push({ path: "send", body, csrf: request.headers.get("X-CSRF-Token") });
      const answer = {
        ...said,
        role: "assistant" as const,
        author: "person" as const,
        delivery: "sent" as const,
      };
      world.messages = [
        ...world.messages,
        {
          ...answer,
          id: `m${world.messages.length}`,
          content: body.message,
          timestamp: new Date().toISOString(),
        },
      ];
      return HttpResponse.json({ status: "ok", sent: true, message_id: "m", delivery: "sent", reason: null });
    }),
    http.post("*/simulator/demo/messages", async ({ request }) => {
      const body = (await request.json()) as { text: string; follower_id: string };
      writes.push({ path: "messages", body, csrf: request.headers.get("X-CSRF-Token") });
      world.messages = [
        ...world.messages,
        { ...said, id: `m${world.messages.length}`, content: body.text, timestamp: new Date().toISOString() },
      ];
      return HttpResponse.json({
        status: "ok",
        follower_id: body.follower_id,
        message_id: "m",
        lead_id: "l",
      });
    }),
    http.get("*/simulator/demo/clock", () => HttpResponse.json(clock())),
    http.post("*/simulator/demo/clock", async ({ request }) => {
      const body = (await request.json()) as { advance_seconds?: number; to?: string };
      writes.push({ path: "clock", body, csrf: request.headers.get("X-CSRF-Token") });
      world.offset = body.to
        ? (Date.parse(body.to) - Date.now()) / 1000
        : world.offset + (body.advance_seconds ?? 0);
      return HttpResponse.json(clock());
    }),
    http.post("*/simulator/demo/reset", () => {
      writes.push({ path: "reset", body: {}, csrf: null });
      return HttpResponse.json({ status: "ok" });
    }),
    http.get("*/dm/leads/luz", ({ request }) => {
      const { part, ...rest } = page([] as Lead[], new URL(request.url));
      return HttpResponse.json({ ...rest, leads: part });
    }),
    http.get("*/bot/luz/status", () =>
      HttpResponse.json({ status: "ok", creator_id: "luz", bot_active: false, mode: "off" }),
    ),
    http.get("*/stream/:creator", () => {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          own = controller;
          streams.add(controller);
        },
        cancel: () => void streams.delete(own),
      });
      return new HttpResponse(body, { headers: { "Content-Type": "text/event-stream" } });
    }),
  );

  /** Lets everybody who listens know that something happened. */
  function tell(type: string): void {
    position += 1;
    const text = `id: ${position}\nevent: ${type}\ndata: {"position":${position},"type":"${type}"}\n\n`;
    streams.forEach((stream) => stream.enqueue(new TextEncoder().encode(text)));
  }

  return { world, writes, tell };
}

const said = {
  role: "user" as const,
  author: "follower" as const,
  delivery: null,
  reason: null,
  attachments: [],
  forwarded: false,
  note: null,
};
