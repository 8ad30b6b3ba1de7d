CREATE TABLE users (
    id            uuid PRIMARY KEY,
    email         text NOT NULL UNIQUE,            -- normalised
    display_name  text NOT NULL,
    password_hash text NOT NULL,                   -- Argon2id, in the PHC format
    created_at    timestamptz NOT NULL,
    version       bigint NOT NULL DEFAULT 1
);

CREATE TABLE workspaces (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    created_at timestamptz NOT NULL,
    version    bigint NOT NULL DEFAULT 1
);

CREATE TABLE workspace_members (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role         text NOT NULL CHECK (role IN ('viewer', 'moderator', 'admin', 'owner')),
    added_at     timestamptz NOT NULL,
    version      bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX workspace_members_user ON workspace_members (user_id);

-- A session is one sign-in; its refresh tokens are a family of which one at a time is good.
CREATE TABLE sessions (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address    text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    hash       text PRIMARY KEY,                   -- SHA-256 of the token, hex
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz                         -- used twice means stolen
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE signing_keys (
    id          text PRIMARY KEY,                  -- the kid
    private_key text NOT NULL,                     -- PKCS #8 under AES-256-GCM, base64
    created_at  timestamptz NOT NULL
);

CREATE TABLE audit (
    id           uuid PRIMARY KEY,
    at           timestamptz NOT NULL,
    event        text NOT NULL,
    user_id      uuid,                             -- who did it, if known
    workspace_id uuid,
    subject_id   uuid,                             -- whom it concerns
    address      text NOT NULL,
    trace_id     text NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_workspace ON audit (workspace_id, at);
