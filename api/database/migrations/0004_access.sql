-- Roles, names and passwords of people; labels, ends and use of keys. An admin belongs to no creator.
ALTER TABLE app.users
    ALTER creator_id DROP NOT NULL,
    ADD name text,
    ADD password_hash text,
    ADD CHECK ((creator_id IS NULL) = (role = 'admin')),
    ADD CHECK (role IN ('owner', 'agent', 'auditor', 'analyst', 'admin'));
CREATE INDEX users_creator ON app.users (creator_id, created_at, user_id);

ALTER TABLE app.keys
    ALTER creator_id DROP NOT NULL,
    ADD label text,
    ADD expires_at timestamptz,
    ADD last_used_at timestamptz,
    ADD CHECK ((creator_id IS NULL) = (role = 'admin')),
    ADD CHECK (role IN ('owner', 'agent', 'auditor', 'analyst', 'admin'));
CREATE INDEX keys_creator ON app.keys (creator_id, created_at, prefix);

-- Whoever uses an invitation chooses a password with it.
ALTER TABLE app.links ADD invitation boolean NOT NULL DEFAULT false;
CREATE INDEX links_user ON app.links (user_id);
CREATE INDEX sessions_user ON app.sessions (user_id);
