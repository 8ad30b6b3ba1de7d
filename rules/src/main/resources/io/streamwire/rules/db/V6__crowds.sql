-- What a crowd had and needed when a rule did not fire yet, or fired.
ALTER TABLE rule_executions ADD observed bigint, ADD needed bigint;
