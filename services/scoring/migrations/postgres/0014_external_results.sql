-- Ledger: results given by a higher level (H2, Q10). `document` is one piece of evidence as a
-- JSON list.
CREATE TABLE external_result (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    unit        TEXT COLLATE "C",
    period      TEXT COLLATE "C" NOT NULL,
    indicator   TEXT COLLATE "C",
    issuer      TEXT NOT NULL,
    title       TEXT NOT NULL,
    target      TEXT,
    value       TEXT,
    rank        BIGINT,
    field_size  BIGINT CHECK ((field_size IS NULL) = (rank IS NULL)),
    done_count  BIGINT,
    item_count  BIGINT CHECK ((item_count IS NULL) = (done_count IS NULL)),
    grade       TEXT NOT NULL,
    document    TEXT NOT NULL,
    issue_date  TEXT COLLATE "C" NOT NULL,
    supersedes  BIGINT,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

-- No result is superseded twice.
CREATE UNIQUE INDEX external_result_supersedes ON external_result (district, supersedes)
    WHERE supersedes IS NOT NULL;
CREATE INDEX external_result_period ON external_result (district, period, indicator, sequence);
CREATE INDEX external_result_indicator ON external_result (district, indicator, sequence)
    WHERE indicator IS NOT NULL;

CREATE TRIGGER external_result_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON external_result
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
