-- Who is writing to whom by hand at the moment: until then nothing automatic is sent there. It is no event, and passes.
CREATE TABLE app.presence (
    follower_id uuid        PRIMARY KEY,
    user_id     text        NOT NULL,
    held_until  timestamptz NOT NULL
);
