-- A key goes with the membership of who made it.
CREATE TABLE api_keys (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    created_by   uuid NOT NULL,
    name         text NOT NULL,
    role         text NOT NULL CHECK (role IN ('viewer', 'moderator', 'admin')),
    prefix       text NOT NULL,                    -- the beginning of the key, to tell it from others
    hash         text NOT NULL UNIQUE,             -- SHA-256 of the key, hex
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz,
    FOREIGN KEY (workspace_id, created_by) REFERENCES workspace_members (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX api_keys_member ON api_keys (workspace_id, created_by);
CREATE INDEX api_keys_expiry ON api_keys (expires_at);

ALTER TABLE tickets
    ALTER COLUMN session_id DROP NOT NULL,
    ADD COLUMN key_id uuid REFERENCES api_keys (id) ON DELETE CASCADE,
    ADD CHECK (num_nonnulls(session_id, key_id) = 1);
CREATE INDEX tickets_key ON tickets (key_id);
