-- What persons placed report of a week (kind 1, by its Monday) or a day (kind 2). Insert-only.
CREATE TABLE placement_report (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    placement   INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    day         TEXT NOT NULL,
    done        TEXT NOT NULL,
    plan        TEXT NOT NULL,
    problems    TEXT NOT NULL,
    account     TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, placement, kind, day),
    FOREIGN KEY (district, placement) REFERENCES placement (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER placement_report_no_update BEFORE UPDATE ON placement_report
BEGIN
    SELECT RAISE(ABORT, 'placement_report is insert-only');
END;

CREATE TRIGGER placement_report_no_delete BEFORE DELETE ON placement_report
BEGIN
    SELECT RAISE(ABORT, 'placement_report is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER placement_report_no_replace BEFORE INSERT ON placement_report
WHEN EXISTS (SELECT 1 FROM placement_report
             WHERE district = new.district AND sequence = new.sequence)
  OR EXISTS (SELECT 1 FROM placement_report
             WHERE district = new.district AND placement = new.placement AND kind = new.kind AND day = new.day)
BEGIN
    SELECT RAISE(ABORT, 'placement_report is insert-only');
END;
