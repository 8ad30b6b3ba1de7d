-- What is due is looked for in one workspace after the other.
CREATE INDEX webhook_deliveries_due_of ON webhook_deliveries (workspace_id, next_at) WHERE state = 'pending';
DROP INDEX webhook_deliveries_due;
