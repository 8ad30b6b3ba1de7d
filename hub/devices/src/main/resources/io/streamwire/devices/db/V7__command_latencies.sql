-- The commands of a workspace in a time, whatever their device.
CREATE INDEX command_queue_of_workspace ON command_queue (workspace_id, issued_at DESC);
