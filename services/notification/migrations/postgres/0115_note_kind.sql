-- Notes tell of more than what was disabled: kind 3 of a rectification that was reviewed.
ALTER TABLE note DROP CONSTRAINT note_kind_check;
ALTER TABLE note ADD CONSTRAINT note_kind_check CHECK (kind > 0);
