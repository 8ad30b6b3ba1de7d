CREATE TABLE livestreams (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL UNIQUE,
    tiktok_username text NOT NULL,
    room_id text NOT NULL,
    status text NOT NULL CHECK (status IN ('connecting', 'live', 'ended')),
    created_at timestamptz NOT NULL,
    connected_at timestamptz,
    disconnected_at timestamptz,
    end_reason text,
    version bigint NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX livestreams_active ON livestreams (workspace_id, tiktok_username) WHERE status <> 'ended';
CREATE INDEX livestreams_newest ON livestreams (workspace_id, created_at DESC, id DESC);

-- One row per socket.
CREATE TABLE tiktok_connections (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    livestream_id uuid NOT NULL,
    mode text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    close_reason text,
    frames bigint,
    messages bigint,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX tiktok_connections_of_livestream ON tiktok_connections (workspace_id, livestream_id, opened_at DESC);

-- Every event, a partition per day; whatever has no partition of its own is in the default one.
CREATE TABLE event_logs (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    livestream_id uuid NOT NULL,
    event_type text NOT NULL,
    msg_id text NOT NULL,
    user_id text NOT NULL,
    username text NOT NULL,
    nickname text NOT NULL,
    roles jsonb NOT NULL,
    payload jsonb NOT NULL,
    historical boolean NOT NULL,
    simulated boolean NOT NULL,
    "timestamp" timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id, "timestamp")
) PARTITION BY RANGE ("timestamp");
CREATE INDEX event_logs_in_order ON event_logs (workspace_id, livestream_id, "timestamp", id);
CREATE TABLE event_logs_default PARTITION OF event_logs DEFAULT;

-- Makes the partitions from two days back to a week ahead and drops what is older than the retention.
CREATE FUNCTION maintain_event_logs(retention_days integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    oldest date := today - retention_days;
    partition record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('maintain_event_logs'));
    FOR day IN -2..7 LOOP
        BEGIN
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS %I PARTITION OF event_logs FOR VALUES FROM (%L) TO (%L)',
                'event_logs_' || to_char(today + day, 'YYYYMMDD'),
                (today + day)::timestamp AT TIME ZONE 'UTC',
                (today + day + 1)::timestamp AT TIME ZONE 'UTC');
        EXCEPTION WHEN check_violation THEN
            NULL; -- the default partition already has rows of that day: they stay there
        END;
    END LOOP;
    FOR partition IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'event_logs'::regclass AND relname ~ '^event_logs_[0-9]{8}$'
            AND relname < 'event_logs_' || to_char(oldest, 'YYYYMMDD')
    LOOP
        EXECUTE format('DROP TABLE %I', partition.relname);
    END LOOP;
    DELETE FROM event_logs_default WHERE "timestamp" < oldest::timestamp AT TIME ZONE 'UTC';
    DELETE FROM tiktok_connections WHERE closed_at < oldest::timestamp AT TIME ZONE 'UTC';
END
$$;
