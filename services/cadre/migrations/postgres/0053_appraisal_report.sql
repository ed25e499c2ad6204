-- What is filed is looked for by its result.
CREATE INDEX archive_entry_source ON archive_entry (district, source);

-- Appraisal reports. Insert-only.
CREATE TABLE appraisal_report (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    purpose     BIGINT NOT NULL,
    start_date  TEXT COLLATE "C" NOT NULL,
    end_date    TEXT COLLATE "C" NOT NULL,
    opinion     TEXT NOT NULL,
    author      TEXT NOT NULL,
    text        TEXT NOT NULL,
    sha256      TEXT COLLATE "C" NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX appraisal_report_person ON appraisal_report (district, person, sequence);

CREATE TRIGGER appraisal_report_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON appraisal_report
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
