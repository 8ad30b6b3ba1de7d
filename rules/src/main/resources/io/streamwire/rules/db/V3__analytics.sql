-- Numbers about what happened: counted from the streams, by minute and by hour (the column span).

-- What of each stream has been counted: see Counted.
CREATE TABLE analytics_positions (
    stream text NOT NULL,
    stream_partition integer NOT NULL,
    counted jsonb NOT NULL,
    PRIMARY KEY (stream, stream_partition)
);

CREATE TABLE analytics_events (
    workspace_id uuid NOT NULL,
    span text NOT NULL,
    at timestamptz NOT NULL,
    livestream_id uuid NOT NULL,
    simulated boolean NOT NULL,
    type text NOT NULL,
    events bigint NOT NULL,
    gifts bigint NOT NULL,
    diamonds bigint NOT NULL,
    likes bigint NOT NULL,
    peak_viewers bigint NOT NULL,
    PRIMARY KEY (workspace_id, span, at, livestream_id, simulated, type)
) PARTITION BY LIST (span);
CREATE TABLE analytics_events_minute PARTITION OF analytics_events FOR VALUES IN ('minute') PARTITION BY RANGE (at);
CREATE TABLE analytics_events_minute_default PARTITION OF analytics_events_minute DEFAULT;
CREATE TABLE analytics_events_hour PARTITION OF analytics_events FOR VALUES IN ('hour') PARTITION BY RANGE (at);
CREATE TABLE analytics_events_hour_default PARTITION OF analytics_events_hour DEFAULT;

CREATE TABLE analytics_decisions (
    workspace_id uuid NOT NULL,
    span text NOT NULL,
    at timestamptz NOT NULL,
    rule_id uuid NOT NULL,
    outcome text NOT NULL,
    decisions bigint NOT NULL,
    PRIMARY KEY (workspace_id, span, at, rule_id, outcome)
) PARTITION BY LIST (span);
CREATE TABLE analytics_decisions_minute PARTITION OF analytics_decisions FOR VALUES IN ('minute') PARTITION BY RANGE (at);
CREATE TABLE analytics_decisions_minute_default PARTITION OF analytics_decisions_minute DEFAULT;
CREATE TABLE analytics_decisions_hour PARTITION OF analytics_decisions FOR VALUES IN ('hour') PARTITION BY RANGE (at);
CREATE TABLE analytics_decisions_hour_default PARTITION OF analytics_decisions_hour DEFAULT;

-- A histogram: how many took as long as a bucket says, see LatencyBucket.
CREATE TABLE analytics_latencies (
    workspace_id uuid NOT NULL,
    span text NOT NULL,
    at timestamptz NOT NULL,
    rule_id uuid NOT NULL,
    way text NOT NULL,
    bucket smallint NOT NULL,
    times bigint NOT NULL,
    PRIMARY KEY (workspace_id, span, at, rule_id, way, bucket)
) PARTITION BY LIST (span);
CREATE TABLE analytics_latencies_minute PARTITION OF analytics_latencies FOR VALUES IN ('minute') PARTITION BY RANGE (at);
CREATE TABLE analytics_latencies_minute_default PARTITION OF analytics_latencies_minute DEFAULT;
CREATE TABLE analytics_latencies_hour PARTITION OF analytics_latencies FOR VALUES IN ('hour') PARTITION BY RANGE (at);
CREATE TABLE analytics_latencies_hour_default PARTITION OF analytics_latencies_hour DEFAULT;

-- By hour only. Viewer '' stands for all that came when the hour had too many rows already.
CREATE TABLE analytics_viewers (
    workspace_id uuid NOT NULL,
    at timestamptz NOT NULL,
    livestream_id uuid NOT NULL,
    simulated boolean NOT NULL,
    viewer_id text COLLATE "C" NOT NULL,
    handle text NOT NULL,
    nickname text NOT NULL,
    events bigint NOT NULL,
    gifts bigint NOT NULL,
    diamonds bigint NOT NULL,
    likes bigint NOT NULL,
    actions bigint NOT NULL,
    PRIMARY KEY (workspace_id, at, livestream_id, simulated, viewer_id)
) PARTITION BY RANGE (at);
CREATE INDEX analytics_viewers_of_one ON analytics_viewers (workspace_id, viewer_id);
CREATE TABLE analytics_viewers_default PARTITION OF analytics_viewers DEFAULT;

-- By hour only. Gift -1 stands for all that came when the hour had too many rows already.
CREATE TABLE analytics_gifts (
    workspace_id uuid NOT NULL,
    at timestamptz NOT NULL,
    livestream_id uuid NOT NULL,
    simulated boolean NOT NULL,
    gift_id bigint NOT NULL,
    name text NOT NULL,
    gifts bigint NOT NULL,
    diamonds bigint NOT NULL,
    PRIMARY KEY (workspace_id, at, livestream_id, simulated, gift_id)
) PARTITION BY RANGE (at);
CREATE TABLE analytics_gifts_default PARTITION OF analytics_gifts DEFAULT;

-- Makes the partitions of a table, one per day or month, from the last to some ahead, and drops those that are wholly
-- older than a time.
CREATE FUNCTION maintain_analytics_table(parent text, unit text, ahead integer, oldest timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    step interval := ('1 ' || unit)::interval;
    present timestamp := date_trunc(unit, now() AT TIME ZONE 'UTC');
    begins timestamp;
    partition record;
BEGIN
    FOR n IN -1..ahead LOOP
        begins := present + n * step;
        BEGIN
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                parent || '_' || to_char(begins, 'YYYYMMDD'), parent,
                begins AT TIME ZONE 'UTC', (begins + step) AT TIME ZONE 'UTC');
        EXCEPTION WHEN check_violation THEN
            -- The default partition already has rows of that time: they stay there.
            NULL;
        END;
    END LOOP;
    FOR partition IN
        SELECT relname, to_date(right(relname, 8), 'YYYYMMDD')::timestamp AS begins
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = parent::regclass AND relname ~ ('^' || parent || '_[0-9]{8}$')
    LOOP
        IF (partition.begins + step) AT TIME ZONE 'UTC' <= oldest THEN
            EXECUTE format('DROP TABLE %I', partition.relname);
        END IF;
    END LOOP;
    EXECUTE format('DELETE FROM %I WHERE at < $1', parent || '_default') USING oldest;
END
$$;

CREATE FUNCTION maintain_analytics(minutes_days integer, hours_days integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    counted text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('maintain_analytics'));
    FOREACH counted IN ARRAY ARRAY['analytics_events', 'analytics_decisions', 'analytics_latencies'] LOOP
        PERFORM maintain_analytics_table(counted || '_minute', 'day', 7, now() - minutes_days * interval '1 day');
        PERFORM maintain_analytics_table(counted || '_hour', 'month', 2, now() - hours_days * interval '1 day');
    END LOOP;
    FOREACH counted IN ARRAY ARRAY['analytics_viewers', 'analytics_gifts'] LOOP
        PERFORM maintain_analytics_table(counted, 'month', 2, now() - hours_days * interval '1 day');
    END LOOP;
END
$$;
