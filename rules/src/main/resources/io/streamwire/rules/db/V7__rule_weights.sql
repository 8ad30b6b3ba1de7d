-- How much room a rule takes: see RuleWeight. Of rules of before only the JSON is known.
ALTER TABLE rules
    ADD characters integer NOT NULL DEFAULT 0,
    ADD texts integer NOT NULL DEFAULT 0,
    ADD steps integer NOT NULL DEFAULT 0;
UPDATE rules SET characters = length(CAST(definition AS text));
