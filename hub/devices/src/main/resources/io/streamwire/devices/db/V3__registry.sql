ALTER TABLE devices
    ADD COLUMN tags        text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN limits      jsonb       NOT NULL DEFAULT '{}',
    ADD COLUMN archived_at timestamptz;
CREATE INDEX devices_tagged ON devices USING gin (tags) WHERE deleted_at IS NULL;

-- The last capability documents of each device, the newest with the highest version.
CREATE TABLE device_capabilities (
    workspace_id uuid        NOT NULL,
    device_id    uuid        NOT NULL REFERENCES devices (id),
    version      bigint      NOT NULL,
    capabilities jsonb       NOT NULL,
    described_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (device_id, version)
);
INSERT INTO device_capabilities (workspace_id, device_id, version, capabilities, described_at)
SELECT workspace_id, id, 1, capabilities, updated_at FROM devices WHERE capabilities IS NOT NULL;

CREATE TABLE device_groups (
    id           uuid        PRIMARY KEY,
    workspace_id uuid        NOT NULL,
    name         text        NOT NULL,
    version      bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX device_groups_name ON device_groups (workspace_id, lower(name));

CREATE TABLE device_group_members (
    workspace_id uuid NOT NULL,
    group_id     uuid NOT NULL REFERENCES device_groups (id) ON DELETE CASCADE,
    device_id    uuid NOT NULL REFERENCES devices (id),
    PRIMARY KEY (group_id, device_id)
);
CREATE INDEX device_group_members_device ON device_group_members (device_id);

-- What boards measure. Only so much is kept of it, by time.
CREATE TABLE device_telemetry (
    id           uuid        PRIMARY KEY,
    workspace_id uuid        NOT NULL,
    device_id    uuid        NOT NULL,
    at           timestamptz NOT NULL,
    measured     jsonb       NOT NULL
);
CREATE INDEX device_telemetry_of_device ON device_telemetry (workspace_id, device_id, at DESC, id DESC);
CREATE INDEX device_telemetry_at ON device_telemetry (at);

-- A line is what the hub saw (a status) or what the board itself wrote (a level and a text).
ALTER TABLE device_logs
    ALTER COLUMN presence DROP NOT NULL,
    ALTER COLUMN state    DROP NOT NULL,
    ALTER COLUMN boot     DROP NOT NULL,
    ALTER COLUMN epoch    DROP NOT NULL,
    ADD COLUMN level text,
    ADD COLUMN line  text;
DROP INDEX device_logs_of_device;
CREATE INDEX device_logs_of_device ON device_logs (workspace_id, device_id, at DESC, id DESC);
CREATE INDEX device_logs_at ON device_logs (at);
CREATE INDEX command_queue_at ON command_queue (issued_at);

-- Only hashes of what a claim's board has to show: its secret, its typed code, and the ticket of a board that waits.
CREATE TABLE device_claims (
    id            uuid        PRIMARY KEY,
    workspace_id  uuid        NOT NULL,
    name          text        NOT NULL,
    board         text        NOT NULL,
    secret_hash   text        NOT NULL UNIQUE,
    code_hash     text        NOT NULL UNIQUE,
    ticket_hash   text        UNIQUE,
    hardware_uuid text,
    device_id     uuid,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    confirmed_at  timestamptz,
    used_at       timestamptz
);
CREATE INDEX device_claims_at ON device_claims (expires_at);
