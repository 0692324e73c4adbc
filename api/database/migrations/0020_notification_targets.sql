-- Where a creator's people are told that somebody waits for them, and how that goes.
CREATE TABLE app.notification_targets (
    creator_id    text        NOT NULL,
    kind          text        NOT NULL,
    address       text        NOT NULL,
    secret_sealed bytea,
    created_at    timestamptz NOT NULL DEFAULT now(),
    failing_since timestamptz,
    failure       text,
    is_off        boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (creator_id, kind)
);

-- At which targets a notification was tried: delivered, or to be tried again. A row is gone when nothing is left to do
-- and the log has told it.
CREATE TABLE app.notification_attempts (
    notification_id uuid        NOT NULL,
    target          text        NOT NULL,
    kind            text        NOT NULL,
    creator_id      text        NOT NULL,
    follower_id     uuid        NOT NULL,
    escalation_id   uuid        NOT NULL,
    at              timestamptz NOT NULL,
    attempts        int         NOT NULL DEFAULT 1,
    outcome         text        NOT NULL,
    tried_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_try_at     timestamptz,
    PRIMARY KEY (notification_id, target)
);
CREATE INDEX notification_attempts_next ON app.notification_attempts (next_try_at) WHERE next_try_at IS NOT NULL;
