-- A browser's session has a cookie's secret instead of refresh tokens, and ends when it is not used.
ALTER TABLE sessions
    ADD COLUMN secret_hash  text UNIQUE,           -- SHA-256 of the cookie's secret, hex; none: refresh tokens
    ADD COLUMN user_agent   text NOT NULL DEFAULT '',
    ADD COLUMN last_used_at timestamptz,
    ADD COLUMN ends_at      timestamptz;           -- however often it is used
UPDATE sessions SET last_used_at = created_at;
ALTER TABLE sessions ALTER COLUMN last_used_at SET NOT NULL;

CREATE TABLE tickets (
    hash       text PRIMARY KEY,                   -- SHA-256 of the ticket, hex
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX tickets_session ON tickets (session_id);
CREATE INDEX tickets_expiry ON tickets (expires_at);
