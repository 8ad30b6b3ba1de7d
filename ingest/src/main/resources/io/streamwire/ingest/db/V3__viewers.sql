-- What is stored of a viewer is deleted on request.
--
-- An index on the whole table would keep the event log from writing until every old partition is read, and CREATE INDEX
-- CONCURRENTLY does not work on a partitioned table. So only the definition is made here, which every new partition takes
-- over, and the index of partitions that are small, such as those of the coming days. A large old one stays without: to
-- forget a viewer it is read as a whole, until the retention drops it.
CREATE INDEX event_logs_of_viewer ON ONLY event_logs (workspace_id, user_id);

DO $$
DECLARE
    partition record;
BEGIN
    FOR partition IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'event_logs'::regclass AND pg_relation_size(pg_class.oid) <= 1048576
    LOOP
        EXECUTE format('CREATE INDEX %I ON %I (workspace_id, user_id)', partition.relname || '_of_viewer', partition.relname);
        EXECUTE format('ALTER INDEX event_logs_of_viewer ATTACH PARTITION %I', partition.relname || '_of_viewer');
    END LOOP;
END
$$;
