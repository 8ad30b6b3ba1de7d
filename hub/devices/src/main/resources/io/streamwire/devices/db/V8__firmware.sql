-- The public keys of people who may sign firmware; id = the first 16 hex digits of the key's SHA-256.
CREATE TABLE firmware_keys (
    workspace_id uuid        NOT NULL,
    id           text        NOT NULL,
    name         text        NOT NULL,
    public_key   text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE firmware (
    id           uuid        PRIMARY KEY,
    workspace_id uuid        NOT NULL,
    board        text        NOT NULL,
    version      text        NOT NULL,
    size         bigint      NOT NULL,
    sha256       text        NOT NULL,
    key_id       text        NOT NULL,
    signature    text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (workspace_id, board, version)
);

-- An image in pieces of 256 KiB, so that neither side ever holds more than one of them.
CREATE TABLE firmware_pieces (
    firmware_id  uuid        NOT NULL REFERENCES firmware (id) ON DELETE CASCADE,
    piece        integer     NOT NULL,
    data         bytea       NOT NULL,
    PRIMARY KEY (firmware_id, piece)
);

CREATE TABLE firmware_rollouts (
    id            uuid        PRIMARY KEY,
    workspace_id  uuid        NOT NULL,
    firmware_id   uuid        NOT NULL REFERENCES firmware (id) ON DELETE CASCADE,
    state         text        NOT NULL,
    reason        text,
    stages        jsonb       NOT NULL,
    stage         integer     NOT NULL DEFAULT 0,
    wait_ms       bigint      NOT NULL,
    max_failures  integer     NOT NULL,
    stage_done_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX firmware_rollouts_of_workspace ON firmware_rollouts (workspace_id, id);
CREATE INDEX firmware_rollouts_open ON firmware_rollouts (id) WHERE state IN ('running', 'paused');

-- rank: how far a device is; a late report never moves it back.
CREATE TABLE rollout_devices (
    rollout_id   uuid        NOT NULL REFERENCES firmware_rollouts (id) ON DELETE CASCADE,
    device_id    uuid        NOT NULL,
    workspace_id uuid        NOT NULL,
    version      text        NOT NULL,
    stage        integer     NOT NULL,
    state        text        NOT NULL,
    rank         smallint    NOT NULL,
    pct          integer,
    reason       text,
    from_version text,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (rollout_id, device_id)
);
CREATE INDEX rollout_devices_of_device ON rollout_devices (workspace_id, device_id, version);
