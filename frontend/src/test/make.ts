import type { Draft, Escalation, FollowUp, Lead, Message } from "@/api/types";

let made = 0;

function uuid(): string {
  made += 1;
  return `00000000-0000-4000-8000-${String(made).padStart(12, "0")}`;
}

export function aLead(wishes: Partial<Lead> = {}): Lead {
  const id = uuid();
  const status = wishes.status ?? "new";
  return {
    id,
    follower_id: `ig_${made}`,
    platform_user_id: `ig_${made}`,
    platform: "instagram",
    username: null,
    full_name: "Ana García",
    name: "Ana García",
    status,
    pipeline_score: { new: 25, active: 50, hot: 75, customer: 100 }[status],
    score: 10,
    purchase_intent: 0.12,
    purchase_intent_score: 12,
    email: null,
    phone: null,
    notes: null,
    tags: [],
    source: "dm",
    created_at: "2026-11-01T10:00:00+00:00",
    last_contact_at: "2026-11-20T10:00:00+00:00",
    archived: false,
    spam: false,
    assigned_to: null,
    version: 1,
    last_message: { text: "Hola", author: "follower", at: "2026-11-20T10:00:00+00:00" },
    next_follow_up: null,
    ...wishes,
  };
}

export function aMessage(wishes: Partial<Message> = {}): Message {
  return {
    id: uuid(),
    role: "user",
    author: "follower",
    content: "Hola",
    timestamp: "2026-11-20T10:00:00+00:00",
    delivery: null,
    reason: null,
    attachments: [],
    forwarded: false,
    note: null,
    ...wishes,
  };
}

export function aFollowUp(wishes: Partial<FollowUp> = {}): FollowUp {
  return {
    id: uuid(),
    creator_id: "demo",
    follower_id: "ig_1",
    sequence_type: "objection_price",
    step: 1,
    scheduled_at: "2026-11-23T10:00:00+00:00",
    wished_at: "2026-11-23T10:00:00+00:00",
    plan: "send",
    message_template: "¿Pudiste pensarlo?",
    message_preview: "¿Pudiste pensarlo?",
    status: "pending",
    reason: null,
    created_at: "2026-11-20T10:00:00+00:00",
    sent_at: null,
    metadata: {},
    ...wishes,
  };
}

export function aDraft(wishes: Partial<Draft> = {}): Draft {
  const id = uuid();
  return {
    id,
    lead_id: uuid(),
    follower_id: `ig_${made}`,
    username: null,
    name: "Ana García",
    platform: "instagram",
    burst_id: uuid(),
    asked: "¿Cuánto cuesta?",
    text: "El curso cuesta 97 €",
    language: "es",
    intent: "question_product",
    confidence: 0.86,
    source: "model",
    product_id: null,
    why: ["review"],
    created_at: "2026-11-20T10:00:00+00:00",
    expires_at: null,
    outdated: false,
    version: 1,
    ...wishes,
  };
}

export function anEscalation(wishes: Partial<Escalation> = {}): Escalation {
  const id = uuid();
  return {
    id,
    lead_id: uuid(),
    follower_id: `ig_${made}`,
    username: null,
    name: "Pedro Ruiz",
    platform: "whatsapp",
    reason: "asked",
    message: "Quiero hablar con una persona",
    created_at: "2026-11-20T10:00:00+00:00",
    lead_status: "hot",
    ...wishes,
  };
}
