-- Leads as a small application keeps them: a row each, and a history that only grows.
CREATE TABLE api_keys (
    sha256 bytea PRIMARY KEY, creator_id text NOT NULL, name text NOT NULL
);
CREATE TABLE leads (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    creator_id text NOT NULL,
    platform text NOT NULL,
    platform_user_id text NOT NULL,
    username text,
    name text NOT NULL,
    status text NOT NULL DEFAULT 'new',
    score double precision NOT NULL DEFAULT 0,
    email text,
    phone text,
    notes text,
    tags text[] NOT NULL DEFAULT '{}',
    source text NOT NULL DEFAULT 'dm',
    assigned_to text,
    archived boolean NOT NULL DEFAULT false,
    spam boolean NOT NULL DEFAULT false,
    unread int NOT NULL DEFAULT 0,
    messages int NOT NULL DEFAULT 0,
    messages_in int NOT NULL DEFAULT 0,
    needs_person boolean NOT NULL DEFAULT false,
    paused_until timestamptz,
    next_follow_up timestamptz,
    last_message text,
    last_message_author text,
    last_message_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    status_since timestamptz NOT NULL DEFAULT now(),
    version int NOT NULL DEFAULT 1,
    UNIQUE (creator_id, platform, platform_user_id)
);
CREATE INDEX ON leads (creator_id, status, created_at DESC);
CREATE INDEX ON leads (creator_id, last_message_at DESC);
CREATE TABLE lead_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lead_id uuid NOT NULL,
    creator_id text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    kind text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL
);
CREATE INDEX ON lead_history (lead_id, id);
CREATE TABLE messages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    lead_id uuid NOT NULL REFERENCES leads,
    author text NOT NULL,
    content text NOT NULL,
    delivery text,
    reason text,
    attachments jsonb NOT NULL DEFAULT '[]',
    forwarded boolean NOT NULL DEFAULT false,
    note text,
    occurred_at timestamptz NOT NULL
);
CREATE INDEX ON messages (lead_id, occurred_at);
