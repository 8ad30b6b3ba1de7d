-- How long a command waits for a board that is offline; none does by default.
ALTER TABLE devices ADD COLUMN offline_hold_ms bigint NOT NULL DEFAULT 0
    CHECK (offline_hold_ms BETWEEN 0 AND 60000);
