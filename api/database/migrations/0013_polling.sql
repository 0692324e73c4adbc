-- Bots whose messages cannot be fetched at present: why, since when, and when it is tried again.
CREATE TABLE app.polling_troubles (
    channel     text NOT NULL,
    account_id  text NOT NULL,
    reason      text NOT NULL,
    since       timestamptz NOT NULL,
    tries       int NOT NULL,
    next_try_at timestamptz NOT NULL,
    PRIMARY KEY (channel, account_id)
);
