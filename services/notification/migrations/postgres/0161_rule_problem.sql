-- Problems that a revision of a trigger names to its recipients, a JSON list in their order; no row where it
-- names none. Insert-only.
CREATE TABLE trigger_problem (
    district TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    problems TEXT NOT NULL,
    PRIMARY KEY (district, id, revision),
    FOREIGN KEY (district, id, revision) REFERENCES trigger_revision (district, id, revision)
);

-- The problem that a schedule names to each of its recipients.
ALTER TABLE schedule ADD COLUMN problem TEXT NOT NULL DEFAULT '';

CREATE TRIGGER trigger_problem_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trigger_problem
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
