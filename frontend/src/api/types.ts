import type { paths } from "./schema";

type Json<Response> = Response extends { content: { "application/json": infer Body } } ? Body : never;
type Got<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: infer Response } } }
  ? Json<Response>
  : never;

export type Session = Got<"/auth/me">;
export type PageOfLeads = Got<"/dm/leads/{creator_id}">;
export type Lead = PageOfLeads["leads"][number];
export type Status = Lead["status"];
export type Platform = Lead["platform"];
export type Follower = Got<"/dm/follower/{creator_id}/{lead_id}">;
export type Conversation = Got<"/dm/conversations/{creator_id}">["conversations"][number];
export type Message = Got<"/dm/conversations/{creator_id}/{lead_id}/messages">["messages"][number];
export type FollowUp = Got<"/nurturing/{creator_id}/followups">["followups"][number];
export type PageOfDrafts = Got<"/dm/drafts/{creator_id}">;
export type Draft = PageOfDrafts["drafts"][number];
export type PageOfEscalations = Got<"/dm/escalations/{creator_id}">;
export type Escalation = PageOfEscalations["escalations"][number];
export type Mode = Got<"/bot/{creator_id}/status">["mode"];

/** The columns of the board, from left to right. */
export const STATUSES = ["new", "active", "hot", "customer"] as const satisfies readonly Status[];
