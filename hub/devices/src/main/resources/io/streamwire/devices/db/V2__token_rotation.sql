-- The prefix tells tokens apart in a list: it is 4 of 43 random characters.
ALTER TABLE agent_tokens
    ADD COLUMN prefix       text NOT NULL DEFAULT '',
    ADD COLUMN expires_at   timestamptz,
    ADD COLUMN last_used_at timestamptz;
