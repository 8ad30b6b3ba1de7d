-- Who armed or stopped what, when and why. No two of a workspace have the same epoch.
CREATE TABLE safety_log (
    workspace_id uuid        NOT NULL,
    epoch        bigint      NOT NULL,
    at           timestamptz NOT NULL,
    armed        boolean     NOT NULL,
    device_ids   jsonb       NOT NULL,
    until        timestamptz,
    caused_by    text        NOT NULL,
    why          text        NOT NULL,
    PRIMARY KEY (workspace_id, epoch)
);
