-- A line of a device's log may also be a command's change of state: state is the new one.
ALTER TABLE device_logs
    ADD COLUMN command_id uuid,
    ADD COLUMN from_state text,
    ADD COLUMN reason     text;
