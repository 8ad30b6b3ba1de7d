-- An invitation goes with the membership of who wrote it, and with its acceptance.
CREATE TABLE invitations (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    invited_by   uuid NOT NULL,
    role         text NOT NULL CHECK (role IN ('viewer', 'moderator', 'admin', 'owner')),
    email        text,                             -- normalised; none: for whoever has the secret
    hash         text NOT NULL UNIQUE,             -- SHA-256 of the secret, hex
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    FOREIGN KEY (workspace_id, invited_by) REFERENCES workspace_members (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX invitations_member ON invitations (workspace_id, invited_by);
CREATE INDEX invitations_expiry ON invitations (expires_at);

CREATE INDEX audit_workspace_newest ON audit (workspace_id, id);
