-- Ledger: results given by a higher level (H2, Q10). `document` is one piece of evidence as a
-- JSON list.
CREATE TABLE external_result (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    unit        TEXT,
    period      TEXT    NOT NULL,
    indicator   TEXT,
    issuer      TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    target      TEXT,
    value       TEXT,
    rank        INTEGER,
    field_size  INTEGER CHECK ((field_size IS NULL) = (rank IS NULL)),
    done_count  INTEGER,
    item_count  INTEGER CHECK ((item_count IS NULL) = (done_count IS NULL)),
    grade       TEXT    NOT NULL,
    document    TEXT    NOT NULL,
    issue_date  TEXT    NOT NULL,
    supersedes  INTEGER,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

-- No result is superseded twice.
CREATE UNIQUE INDEX external_result_supersedes ON external_result (district, supersedes)
    WHERE supersedes IS NOT NULL;
CREATE INDEX external_result_period ON external_result (district, period, indicator, sequence);
CREATE INDEX external_result_indicator ON external_result (district, indicator, sequence)
    WHERE indicator IS NOT NULL;

CREATE TRIGGER external_result_update BEFORE UPDATE ON external_result
BEGIN SELECT RAISE(ABORT, 'external_result is insert-only'); END;
CREATE TRIGGER external_result_delete BEFORE DELETE ON external_result
BEGIN SELECT RAISE(ABORT, 'external_result is insert-only'); END;
CREATE TRIGGER external_result_replace BEFORE INSERT ON external_result
WHEN EXISTS (SELECT 1 FROM external_result WHERE district = NEW.district AND sequence = NEW.sequence)
    OR (NEW.supersedes IS NOT NULL AND EXISTS (SELECT 1 FROM external_result WHERE district = NEW.district AND supersedes = NEW.supersedes))
BEGIN SELECT RAISE(ABORT, 'external_result is insert-only'); END;
