-- A session that nobody uses for a while ends before its time.
ALTER TABLE app.sessions ADD last_seen_at timestamptz NOT NULL DEFAULT now();

-- Whoever writes their address with other capitals is the same person.
CREATE INDEX users_email ON app.users (lower(email));
-- PostgreSQL's statistics hold samples of a column, which would outlive a deleted row.
ALTER TABLE app.users ALTER email SET STATISTICS 0, ALTER name SET STATISTICS 0;
ALTER INDEX app.users_email ALTER COLUMN 1 SET STATISTICS 0;

-- Uses a link up inside of a transaction, which fails if it is not good: of two at the same time one gets in.
CREATE FUNCTION app.use_link(token bytea) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE app.links SET used_at = now()
     WHERE token_sha256 = token AND expires_at > now() AND (reusable OR used_at IS NULL);
    IF NOT FOUND THEN
        RAISE unique_violation USING MESSAGE = 'this link is not good any more';
    END IF;
END $$;
