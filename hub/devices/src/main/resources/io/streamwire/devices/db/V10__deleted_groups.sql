-- A deleted group stays for a while, so that every instance learns of it.
ALTER TABLE device_groups ADD COLUMN deleted_at timestamptz;
DROP INDEX device_groups_name;
CREATE UNIQUE INDEX device_groups_name ON device_groups (workspace_id, lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX device_groups_changed ON device_groups (updated_at);
CREATE INDEX device_groups_deleted ON device_groups (deleted_at) WHERE deleted_at IS NOT NULL;
