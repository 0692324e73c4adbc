-- For whom people act, with a role and an id for each creator; no creator is the installation, whose people are admins. An
-- invitation is a membership that nobody has accepted yet: it belongs to no account, whether or not there is one.
CREATE TABLE app.memberships (
    member_id  uuid PRIMARY KEY,
    creator_id text,
    email      text NOT NULL,
    name       text,
    role       text NOT NULL CHECK (role IN ('owner', 'agent', 'auditor', 'analyst', 'admin')),
    user_id    uuid REFERENCES app.users ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((creator_id IS NULL) = (role = 'admin'))
);
CREATE INDEX memberships_creator ON app.memberships (creator_id, created_at, member_id);
CREATE INDEX memberships_email ON app.memberships (lower(email));
CREATE UNIQUE INDEX memberships_user ON app.memberships (user_id, creator_id) NULLS NOT DISTINCT
    WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX memberships_invited ON app.memberships (creator_id, lower(email)) NULLS NOT DISTINCT
    WHERE user_id IS NULL;

-- PostgreSQL's statistics hold samples of a column, which would outlive a deleted row.
ALTER TABLE app.memberships ALTER email SET STATISTICS 0, ALTER name SET STATISTICS 0;
ALTER INDEX app.memberships_email ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX app.memberships_invited ALTER COLUMN 2 SET STATISTICS 0;

-- An account is an address and its password. Its columns creator_id, name and role are those of programs of the version
-- before; what one of them still writes there holds here as well.
ALTER TABLE app.users ALTER role DROP NOT NULL;
CREATE FUNCTION app.keep_membership() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO app.memberships (member_id, creator_id, email, name, role, user_id, created_at)
    VALUES (NEW.user_id, NEW.creator_id, NEW.email, NEW.name, NEW.role, NEW.user_id, NEW.created_at)
    ON CONFLICT (member_id) DO UPDATE SET name = EXCLUDED.name, role = EXCLUDED.role;
    RETURN NULL;
END $$;
CREATE TRIGGER membership AFTER INSERT OR UPDATE OF name, role ON app.users
    FOR EACH ROW WHEN (NEW.role IS NOT NULL) EXECUTE FUNCTION app.keep_membership();
INSERT INTO app.memberships (member_id, creator_id, email, name, role, user_id, created_at)
SELECT user_id, creator_id, email, name, role, user_id, created_at FROM app.users;

-- Accounts, each with those for whom it acts: the installation first, then the oldest.
CREATE VIEW app.accounts AS
SELECT user_id, email, password_hash, created_at, ARRAY(
           SELECT jsonb_build_array(creator_id, member_id, role) FROM app.memberships
            WHERE memberships.user_id = users.user_id ORDER BY role <> 'admin', created_at, member_id) AS memberships
  FROM app.users;

-- A link lets somebody in to their account, or is an invitation.
ALTER TABLE app.links
    ALTER user_id DROP NOT NULL,
    ADD member_id uuid REFERENCES app.memberships ON DELETE CASCADE,
    ADD CHECK (num_nonnulls(user_id, member_id) = 1);
CREATE INDEX links_member ON app.links (member_id);

-- From where somebody has logged in to an account, as a keyed hash of address and account.
CREATE TABLE app.known_places (
    user_id uuid        NOT NULL REFERENCES app.users ON DELETE CASCADE,
    place   bytea       NOT NULL,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, place)
);
CREATE INDEX known_places_last ON app.known_places (last_at);
