-- What a livestream had had by the time of an event; missing in what was written before it was counted.
-- Fails rather than that all events wait behind it for a long reader.
SET LOCAL lock_timeout = '10s';
ALTER TABLE event_logs ADD COLUMN counters jsonb;
