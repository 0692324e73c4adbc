-- What is not an event: keys of the installation, positions of readers, secrets, raw material, technical state.
CREATE SCHEMA vault;
CREATE SCHEMA read;
CREATE SCHEMA IF NOT EXISTS app;

-- The namespace of every deterministic id: random, so that an id left in the log leads back to nobody.
CREATE TABLE vault.installation (
    single     boolean PRIMARY KEY DEFAULT true CHECK (single),
    namespace uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO vault.installation DEFAULT VALUES;

CREATE TABLE read.projections (
    name     text   NOT NULL,
    version  int    NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (name, version)
) WITH (fillfactor = 50);

CREATE TABLE app.processes (
    name     text PRIMARY KEY,
    position bigint NOT NULL
) WITH (fillfactor = 50);

-- A process begins where it was introduced: answering years of messages again would be a disaster.
INSERT INTO app.processes VALUES ('replies', 0), ('nurturing', 0), ('releases', 0);

-- What a process could not handle, set aside for a person; the log goes on behind it.
CREATE TABLE app.parked (
    process   text   NOT NULL,
    position  bigint NOT NULL,
    error     text   NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (process, position)
);

CREATE TABLE app.clock (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    ahead   interval NOT NULL DEFAULT '0',
    is_demo boolean  NOT NULL DEFAULT false
);
INSERT INTO app.clock DEFAULT VALUES;

CREATE TABLE app.users (
    user_id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email         text NOT NULL UNIQUE,
    creator_id    text NOT NULL,
    role          text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE app.keys (
    prefix       text PRIMARY KEY,
    key_sha256   bytea NOT NULL,
    creator_id   text NOT NULL,
    role         text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    revoked_at   timestamptz
);

CREATE TABLE app.links (
    token_sha256 bytea PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES app.users ON DELETE CASCADE,
    expires_at   timestamptz NOT NULL,
    reusable     boolean NOT NULL DEFAULT false,
    used_at      timestamptz
);

CREATE TABLE app.sessions (
    token_sha256 bytea PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES app.users ON DELETE CASCADE,
    csrf_token   text NOT NULL,
    expires_at   timestamptz NOT NULL
);

CREATE TABLE app.channels (
    channel       text NOT NULL,
    account_id    text NOT NULL,
    creator_id    text NOT NULL,
    token_sealed  bytea NOT NULL,
    secret_sealed bytea NOT NULL,
    secret_sha256 bytea NOT NULL UNIQUE,
    connected_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel, account_id),
    UNIQUE (channel, creator_id)
);

CREATE TABLE app.polling (
    channel    text NOT NULL,
    account_id text NOT NULL,
    next_update bigint NOT NULL,
    PRIMARY KEY (channel, account_id)
);

CREATE TABLE app.deliveries (
    delivery_id  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    channel      text NOT NULL,
    account_id   text,
    creator_id   text,
    body_sha256  bytea NOT NULL,
    body_sealed  bytea NOT NULL,
    received_at  timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'stored' CHECK (state IN ('stored', 'processed', 'quarantined', 'discarded')),
    reason       text,
    items        int NOT NULL DEFAULT 0
);
CREATE INDEX deliveries_stored ON app.deliveries (received_at) WHERE state = 'stored';
CREATE INDEX deliveries_body ON app.deliveries (body_sha256, received_at);

CREATE TABLE app.received (
    creator_id text NOT NULL,
    channel    text NOT NULL,
    account_id text NOT NULL,
    dedupe_key text NOT NULL,
    PRIMARY KEY (creator_id, channel, account_id, dedupe_key)
);

CREATE TABLE app.simulator_book (
    send_id    uuid PRIMARY KEY,
    account_id text NOT NULL,
    recipient  text NOT NULL,
    text       text NOT NULL,
    at         timestamptz NOT NULL
);
