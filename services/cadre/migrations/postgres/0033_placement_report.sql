-- What persons placed report of a week (kind 1, by its Monday) or a day (kind 2). Insert-only.
CREATE TABLE placement_report (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    placement   BIGINT NOT NULL,
    kind        BIGINT NOT NULL,
    day         TEXT COLLATE "C" NOT NULL,
    done        TEXT NOT NULL,
    plan        TEXT NOT NULL,
    problems    TEXT NOT NULL,
    account     TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, placement, kind, day),
    FOREIGN KEY (district, placement) REFERENCES placement (district, sequence)
);

CREATE TRIGGER placement_report_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON placement_report
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
