-- What was asked for under an Idempotency-Key, and what each of its commands answered: a row commits with the events
-- of its command. The answer's text, which may speak of people, is added to the first row when it is known.
CREATE TABLE app.idempotency (
    key_sha256      bytea       NOT NULL,
    step            int         NOT NULL,
    creator_id      text        NOT NULL,
    recorded_sealed bytea       NOT NULL,
    answer_sealed   bytea,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key_sha256, step)
);
CREATE INDEX idempotency_recorded ON app.idempotency (recorded_at);
CREATE INDEX idempotency_creator ON app.idempotency (creator_id);

-- PostgreSQL's statistics hold samples of a column, which would outlive a deleted row.
ALTER TABLE app.idempotency ALTER recorded_sealed SET STATISTICS 0, ALTER answer_sealed SET STATISTICS 0;

CREATE INDEX deliveries_quarantined ON app.deliveries (creator_id, received_at) WHERE state = 'quarantined';
