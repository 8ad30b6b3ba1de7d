-- What a workspace signs its webhooks with, sealed; made_by is the request that made it.
CREATE TABLE webhook_secrets (
    workspace_id uuid PRIMARY KEY,
    secret text NOT NULL,
    made_by uuid NOT NULL,
    created_at timestamptz NOT NULL
);

-- What rules have to say to other programs, until it is old. A pending one is due at next_at.
CREATE TABLE webhook_deliveries (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    rule_id uuid NOT NULL,
    event_id uuid NOT NULL,
    url text NOT NULL,
    body text NOT NULL,
    hops integer NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL,
    last_status integer,
    last_error text,
    created_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (workspace_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at);
