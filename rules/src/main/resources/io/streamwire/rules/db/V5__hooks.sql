-- Where other programs call rules. The secret is sealed; made_by is the request that made it.
CREATE TABLE hooks (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    secret text NOT NULL,
    made_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (workspace_id, rule_id),
    FOREIGN KEY (workspace_id, rule_id) REFERENCES rules (workspace_id, id) ON DELETE CASCADE
);
