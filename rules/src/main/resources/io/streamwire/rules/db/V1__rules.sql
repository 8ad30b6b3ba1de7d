-- One row per workspace; its version grows with every change of the workspace's rules.
CREATE TABLE rule_sets (
    workspace_id uuid PRIMARY KEY,
    version bigint NOT NULL
);

CREATE TABLE rules (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX rules_in_order ON rules (workspace_id, created_at, id);

-- What rules decided, a partition per day; whatever has no partition of its own is in the default one.
CREATE TABLE rule_executions (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    decided_at timestamptz NOT NULL,
    outcome text NOT NULL,
    remaining_ms bigint,
    action_ids uuid[] NOT NULL,
    PRIMARY KEY (workspace_id, id, decided_at)
) PARTITION BY RANGE (decided_at);
CREATE INDEX rule_executions_newest ON rule_executions (workspace_id, decided_at DESC, id DESC);
CREATE INDEX rule_executions_of_rule ON rule_executions (workspace_id, rule_id, decided_at DESC, id DESC);
CREATE INDEX rule_executions_of_event ON rule_executions (workspace_id, event_id);
CREATE TABLE rule_executions_default PARTITION OF rule_executions DEFAULT;

-- Makes the partitions from yesterday to a week ahead and drops what is older than the retention.
CREATE FUNCTION maintain_rule_executions(retention_days integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    oldest date := today - retention_days;
    partition record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('maintain_rule_executions'));
    FOR day IN -1..7 LOOP
        BEGIN
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS %I PARTITION OF rule_executions FOR VALUES FROM (%L) TO (%L)',
                'rule_executions_' || to_char(today + day, 'YYYYMMDD'),
                (today + day)::timestamp AT TIME ZONE 'UTC',
                (today + day + 1)::timestamp AT TIME ZONE 'UTC');
        EXCEPTION WHEN check_violation THEN
            -- The default partition already has rows of that day: they stay there.
            NULL;
        END;
    END LOOP;
    FOR partition IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'rule_executions'::regclass AND relname ~ '^rule_executions_[0-9]{8}$'
            AND relname < 'rule_executions_' || to_char(oldest, 'YYYYMMDD')
    LOOP
        EXECUTE format('DROP TABLE %I', partition.relname);
    END LOOP;
    DELETE FROM rule_executions_default WHERE decided_at < oldest::timestamp AT TIME ZONE 'UTC';
END
$$;
