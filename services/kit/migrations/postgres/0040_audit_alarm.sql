-- An alarm is an outcome, too: 4.
ALTER TABLE kit_audit DROP CONSTRAINT kit_audit_outcome_check;
ALTER TABLE kit_audit ADD CONSTRAINT kit_audit_outcome_check CHECK (outcome IN (1, 2, 3, 4));
