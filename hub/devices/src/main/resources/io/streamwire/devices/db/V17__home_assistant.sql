-- Which workspaces show their devices to Home Assistant; none does by default.
CREATE TABLE home_assistant (
    workspace_id uuid    PRIMARY KEY,
    enabled      boolean NOT NULL,
    version      bigint  NOT NULL DEFAULT 1
);

-- What Home Assistant shows to the broker: kept as agent tokens are, but they belong to the workspace.
CREATE TABLE home_assistant_tokens (
    id           uuid        PRIMARY KEY,
    workspace_id uuid        NOT NULL,
    name         text        NOT NULL,
    prefix       text        NOT NULL,
    token_sha256 text        NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at   timestamptz
);
CREATE INDEX home_assistant_tokens_of_workspace ON home_assistant_tokens (workspace_id, id) WHERE revoked_at IS NULL;
