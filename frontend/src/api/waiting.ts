import type { components } from "./schema";

/** The routes that `schema.d.ts` does not know yet, in the form that it will give them; then this file goes. */

type Mode = components["schemas"]["Mode"];
type Delivery = components["schemas"]["MessageSent"]["delivery"];

type Person = {
  lead_id: string;
  follower_id: string;
  username: string | null;
  name: string | null;
  platform: components["schemas"]["Platform"];
};

type DraftItem = Person & {
  id: string;
  burst_id: string;
  asked: string;
  text: string;
  language: "en" | "es" | "pt";
  intent: string;
  confidence: number;
  source: "template" | "model";
  product_id: string | null;
  why: string[];
  created_at: string;
  expires_at: string | null;
  outdated: boolean;
  version: number;
};

type EscalationItem = Person & {
  id: string;
  reason: "asked" | "model" | "support" | "repeat";
  message: string;
  created_at: string;
  lead_status: components["schemas"]["Status"];
};

type PageOf<Rows> = Rows & {
  status: "ok";
  creator_id: string;
  count: number;
  total: number;
  next_cursor: string | null;
};

type Settled<How extends string> = {
  status: "ok";
  id: string;
  lead_id: string;
  settled: How;
  version: number;
};
type SettledBySending<How extends string> = Settled<How> & {
  message_id: string;
  delivery: Delivery;
  reason: string | null;
};

type CreatorPath = { creator_id: string };
type DraftPath = CreatorPath & { draft_id: string };
type LeadPath = CreatorPath & { lead_id: string };

type Answers<Body> = { 200: { headers: Record<string, unknown>; content: { "application/json": Body } } };
type Get<Path, Query, Body> = {
  get: { parameters: { path: Path; query?: Query }; responses: Answers<Body> };
};
type Write<Method extends "post" | "put", Path, Wish, Body> = Record<
  Method,
  {
    parameters: { path: Path };
    requestBody: { content: { "application/json": Wish } };
    responses: Answers<Body>;
  }
>;

type Paging = { limit?: number; cursor?: string };

export type WaitingPaths = {
  "/dm/drafts/{creator_id}": Get<CreatorPath, Paging & { lead_id?: string }, PageOf<{ drafts: DraftItem[] }>>;
  "/dm/drafts/{creator_id}/{draft_id}/approve": Write<
    "post",
    DraftPath,
    { confirm_outdated?: boolean },
    SettledBySending<"approved">
  >;
  "/dm/drafts/{creator_id}/{draft_id}/edit": Write<
    "post",
    DraftPath,
    { text: string; confirm_outdated?: boolean },
    SettledBySending<"edited">
  >;
  "/dm/drafts/{creator_id}/{draft_id}/reject": Write<
    "post",
    DraftPath,
    { reason?: string },
    Settled<"rejected">
  >;
  "/dm/drafts/{creator_id}/{draft_id}/regenerate": Write<
    "post",
    DraftPath,
    Record<string, never>,
    Settled<"superseded">
  >;
  "/dm/escalations/{creator_id}": Get<CreatorPath, Paging, PageOf<{ escalations: EscalationItem[] }>>;
  "/dm/escalations/{creator_id}/{escalation_id}/resolve": Write<
    "post",
    CreatorPath & { escalation_id: string },
    { note?: string },
    { status: "ok"; id: string; lead_id: string; resolved: true; version: number }
  >;
  "/bot/{creator_id}/mode": Write<
    "put",
    CreatorPath,
    { mode: Mode },
    { status: "ok"; creator_id: string; mode: Mode; bot_active: boolean }
  >;
  "/dm/conversations/{creator_id}/{lead_id}/typing": Write<
    "post",
    LeadPath,
    Record<string, never>,
    { status: "ok"; holds_until: string }
  >;
};
