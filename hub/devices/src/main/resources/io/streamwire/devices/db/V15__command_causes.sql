-- Why a rule acted, as it was then; null for people's commands and older ones.
ALTER TABLE command_queue ADD COLUMN cause jsonb;
