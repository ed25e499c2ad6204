-- What is filed is looked for by its result.
CREATE INDEX archive_entry_source ON archive_entry (district, source);

-- Appraisal reports. Insert-only.
CREATE TABLE appraisal_report (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    person      TEXT NOT NULL,
    purpose     INTEGER NOT NULL,
    start_date  TEXT NOT NULL,
    end_date    TEXT NOT NULL,
    opinion     TEXT NOT NULL,
    author      TEXT NOT NULL,
    text        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX appraisal_report_person ON appraisal_report (district, person, sequence);

CREATE TRIGGER appraisal_report_no_update BEFORE UPDATE ON appraisal_report
BEGIN
    SELECT RAISE(ABORT, 'appraisal_report is insert-only');
END;

CREATE TRIGGER appraisal_report_no_delete BEFORE DELETE ON appraisal_report
BEGIN
    SELECT RAISE(ABORT, 'appraisal_report is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER appraisal_report_no_replace BEFORE INSERT ON appraisal_report
WHEN EXISTS (SELECT 1 FROM appraisal_report
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'appraisal_report is insert-only');
END;
