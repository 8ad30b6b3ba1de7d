CREATE TABLE devices (
    id             uuid        PRIMARY KEY,
    workspace_id   uuid        NOT NULL,
    name           text        NOT NULL,
    board          text        NOT NULL,
    parent_id      uuid        REFERENCES devices (id),
    hardware_uuid  text,
    capabilities   jsonb,
    envelope       text,
    config_version bigint      NOT NULL DEFAULT 0,
    version        bigint      NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    deleted_at     timestamptz
);
CREATE INDEX devices_of_workspace ON devices (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX devices_changed ON devices (updated_at);
CREATE UNIQUE INDEX devices_hardware ON devices (workspace_id, hardware_uuid) WHERE deleted_at IS NULL;

-- Only the SHA-256 of a token is kept: it has 256 random bits, so there is nothing to guess.
CREATE TABLE agent_tokens (
    id           uuid        PRIMARY KEY,
    workspace_id uuid        NOT NULL,
    device_id    uuid        NOT NULL REFERENCES devices (id),
    name         text        NOT NULL,
    token_sha256 text        NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    revoked_at   timestamptz
);
CREATE INDEX agent_tokens_of_device ON agent_tokens (workspace_id, device_id, id) WHERE revoked_at IS NULL;
CREATE INDEX agent_tokens_changed ON agent_tokens (updated_at);

-- The durable projection of the commands; their authority while they are pending is Redis.
CREATE TABLE command_queue (
    id           uuid        PRIMARY KEY,
    workspace_id uuid        NOT NULL,
    device_id    uuid        NOT NULL,
    source       text        NOT NULL,
    action_id    uuid,
    event_id     uuid,
    rule_id      uuid,
    viewer_id    text,
    command      text        NOT NULL,
    args         jsonb       NOT NULL,
    state        text        NOT NULL,
    rank         smallint    NOT NULL,
    reason       text,
    issued_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    epoch        bigint      NOT NULL,
    simulated    boolean     NOT NULL,
    hops         jsonb       NOT NULL
);
CREATE INDEX command_queue_of_device ON command_queue (workspace_id, device_id, issued_at DESC, id DESC);
CREATE INDEX command_queue_of_event ON command_queue (workspace_id, event_id) WHERE event_id IS NOT NULL;

CREATE TABLE device_logs (
    id           uuid        PRIMARY KEY,
    workspace_id uuid        NOT NULL,
    device_id    uuid        NOT NULL,
    at           timestamptz NOT NULL,
    presence     text        NOT NULL,
    state        text        NOT NULL,
    boot         bigint      NOT NULL,
    epoch        bigint      NOT NULL,
    firmware     text
);
CREATE INDEX device_logs_of_device ON device_logs (workspace_id, device_id, at DESC);
