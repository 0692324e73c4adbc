// The leads of a creator on PostgreSQL, for any framework: one transaction for a move, one query for a page.
import { createHash } from "node:crypto";
import pg from "pg";

const KNOWN_FOR_MS = 5000; // as long as Clonnect remembers a key
const PIPELINE = { new: 25, active: 50, hot: 75, customer: 100 };
const STATUSES = { new: "new", cold: "new", active: "active", hot: "hot", customer: "customer" };

export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL_SIZE) });
const known = new Map();

export async function caller(key, creator) {
  if (typeof key !== "string") throw new Refusal(401, "A key is needed.");
  const digest = createHash("sha256").update(key).digest();
  const about = digest.toString("base64");
  let found = known.get(about);
  if (found === undefined || found.until < Date.now()) {
    const { rows } = await pool.query({
      name: "key",
      text: "SELECT creator_id, name FROM api_keys WHERE sha256 = $1",
      values: [digest],
    });
    if (rows.length === 0) throw new Refusal(401, "This key is not known.");
    found = { ...rows[0], until: Date.now() + KNOWN_FOR_MS };
    known.set(about, found);
  }
  if (found.creator_id !== creator) throw new Refusal(404, "There is no such creator.");
  return found;
}

export async function move(creator, person, given, actor, ifMatch) {
  const status = STATUSES[given];
  if (status === undefined) throw new Refusal(422, "This is no status.");
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const found = await client.query({
      name: "lock",
      text: "SELECT * FROM leads WHERE creator_id = $1 AND platform = $2 AND platform_user_id = $3 FOR UPDATE",
      values: [creator, "telegram", person.replace(/^tg_/, "")],
    });
    const [before] = found.rows;
    if (before === undefined) throw new Refusal(404, "There is no such lead.");
    if (ifMatch !== undefined && ifMatch !== `"${before.version}"`) throw new Refusal(412, "It was changed meanwhile.");
    let after = before;
    if (before.status !== status) {
      const updated = await client.query({
        name: "move",
        text: "UPDATE leads SET status = $2, status_since = now(), version = version + 1 WHERE id = $1 RETURNING *",
        values: [before.id, status],
      });
      [after] = updated.rows;
      await client.query({
        name: "history",
        text: `INSERT INTO lead_history (lead_id, creator_id, actor, kind, before, after)
               VALUES ($1, $2, $3, 'status_changed', $4, $5)`,
        values: [before.id, creator, actor, { status: before.status }, { status }],
      });
    }
    await client.query("COMMIT");
    return after;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

export async function column(creator, status, limit) {
  const { rows } = await pool.query({
    name: "column",
    text: "SELECT * FROM leads WHERE creator_id = $1 AND status = $2 ORDER BY created_at DESC LIMIT $3",
    values: [creator, status, limit],
  });
  return rows.map(card);
}

export async function inbox(creator, limit) {
  const { rows } = await pool.query({
    name: "inbox",
    text: `SELECT l.*, m.last_messages
             FROM (SELECT * FROM leads WHERE creator_id = $1 ORDER BY last_message_at DESC LIMIT $2) AS l
            CROSS JOIN LATERAL (
                  SELECT json_agg(json_build_object(
                             'id', m.id, 'role', CASE m.author WHEN 'follower' THEN 'user' ELSE 'assistant' END,
                             'content', m.content, 'timestamp', m.occurred_at, 'author', m.author,
                             'delivery', m.delivery, 'reason', m.reason, 'attachments', m.attachments,
                             'forwarded', m.forwarded, 'note', m.note) ORDER BY m.occurred_at) AS last_messages
                    FROM (SELECT * FROM messages WHERE lead_id = l.id ORDER BY occurred_at DESC LIMIT 5) AS m
                 ) AS m
            ORDER BY l.last_message_at DESC`,
    values: [creator, limit],
  });
  return rows.map(conversation);
}

// Written out twice: with one object spread into the other a column takes twice as long.

export function card(lead) {
  const score = Math.round(lead.score * 100);
  return {
    id: lead.id,
    follower_id: `tg_${lead.platform_user_id}`,
    platform: lead.platform,
    platform_user_id: `tg_${lead.platform_user_id}`,
    pipeline_score: PIPELINE[lead.status],
    username: lead.username,
    name: lead.name,
    full_name: lead.name,
    score,
    purchase_intent: lead.score,
    purchase_intent_score: score,
    tags: lead.tags,
    assigned_to: lead.assigned_to,
    email: lead.email,
    phone: lead.phone,
    notes: lead.notes,
    version: lead.version,
    next_follow_up: lead.next_follow_up,
    status: lead.status,
    source: lead.source,
    created_at: lead.created_at,
    last_contact_at: lead.last_message_at,
    archived: lead.archived,
    spam: lead.spam,
    last_message: lead.last_message && {
      text: lead.last_message,
      author: lead.last_message_author,
      at: lead.last_message_at,
    },
  };
}

function conversation(lead) {
  return {
    id: lead.id,
    follower_id: `tg_${lead.platform_user_id}`,
    platform: lead.platform,
    platform_user_id: `tg_${lead.platform_user_id}`,
    pipeline_score: PIPELINE[lead.status],
    username: lead.username,
    name: lead.name,
    purchase_intent: lead.score,
    purchase_intent_score: Math.round(lead.score * 100),
    tags: lead.tags,
    assigned_to: lead.assigned_to,
    email: lead.email,
    phone: lead.phone,
    notes: lead.notes,
    version: lead.version,
    next_follow_up: lead.next_follow_up,
    lead_status: lead.status,
    message_count: lead.messages,
    total_messages: lead.messages_in,
    needs_person: lead.needs_person,
    bot_paused: lead.paused_until !== null,
    paused_until: lead.paused_until,
    unread: lead.unread,
    last_contact: lead.last_message_at,
    last_messages: lead.last_messages,
  };
}
