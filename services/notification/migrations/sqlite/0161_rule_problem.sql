-- Problems that a revision of a trigger names to its recipients, a JSON list in their order; no row where it
-- names none. Insert-only.
CREATE TABLE trigger_problem (
    district TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    problems TEXT NOT NULL,
    PRIMARY KEY (district, id, revision),
    FOREIGN KEY (district, id, revision) REFERENCES trigger_revision (district, id, revision)
) STRICT, WITHOUT ROWID;

-- The problem that a schedule names to each of its recipients.
ALTER TABLE schedule ADD COLUMN problem TEXT NOT NULL DEFAULT '';

CREATE TRIGGER trigger_problem_no_update BEFORE UPDATE ON trigger_problem
BEGIN
    SELECT RAISE(ABORT, 'trigger_problem is insert-only');
END;

CREATE TRIGGER trigger_problem_no_replace BEFORE INSERT ON trigger_problem
WHEN EXISTS (SELECT 1 FROM trigger_problem WHERE district = new.district AND id = new.id AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'trigger_problem is insert-only');
END;

CREATE TRIGGER trigger_problem_no_delete BEFORE DELETE ON trigger_problem
BEGIN
    SELECT RAISE(ABORT, 'trigger_problem is insert-only');
END;
