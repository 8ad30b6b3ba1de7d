ALTER TABLE event_logs ADD COLUMN team_level integer NOT NULL DEFAULT 0;
