-- What rules were: a row for every version of every rule, the present one included. A deletion is a version too;
-- it holds the rule as it last was. created_at is the rule's, so that a rule that comes back takes its old place.
CREATE TABLE rule_versions (
    workspace_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    version bigint NOT NULL,
    change text NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid,
    PRIMARY KEY (workspace_id, rule_id, version)
);
CREATE INDEX rule_versions_newest ON rule_versions (workspace_id, changed_at DESC, rule_id DESC);
CREATE INDEX rule_versions_deleted ON rule_versions (changed_at) WHERE change = 'deleted';

INSERT INTO rule_versions (workspace_id, rule_id, version, change, definition, created_at, changed_at)
SELECT workspace_id, id, version, CASE version WHEN 1 THEN 'created' ELSE 'changed' END, definition, created_at, updated_at
FROM rules;
