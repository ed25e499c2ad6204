-- What rules of use ask of a result: the series of its scheme, and its grade.
ALTER TABLE published_result ADD COLUMN series TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE published_result ADD COLUMN grade TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE published_result ADD COLUMN grade_display_name TEXT NOT NULL DEFAULT '';

CREATE INDEX published_result_period ON published_result (district, period, unit);

-- Rules of use of results. Insert-only. grades and effects are JSON lists.
CREATE TABLE consequence_rule (
    district     TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    display_name TEXT NOT NULL,
    basis        TEXT NOT NULL,
    series       TEXT COLLATE "C" NOT NULL,
    track        TEXT COLLATE "C" NOT NULL,
    scope        BIGINT NOT NULL,
    grades       TEXT,
    in_a_row     BIGINT NOT NULL,
    best_share   TEXT,
    worst_share  TEXT,
    best_count   BIGINT NOT NULL,
    effects      TEXT NOT NULL,
    appeal_days  BIGINT NOT NULL,
    create_time  BIGINT NOT NULL,
    PRIMARY KEY (district, id)
);

CREATE INDEX consequence_rule_track ON consequence_rule (district, series, track);

-- What rules proposed. Insert-only. ground and effects are JSON lists.
CREATE TABLE consequence (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    rule        TEXT COLLATE "C" NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    post        TEXT NOT NULL,
    ground      TEXT NOT NULL,
    effects     TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, rule) REFERENCES consequence_rule (district, id),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX consequence_period ON consequence (district, period, rule, sequence);
CREATE INDEX consequence_person ON consequence (district, person, sequence);

-- The steps they took. Insert-only.
CREATE TABLE consequence_step (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    start_date  TEXT COLLATE "C",
    effects     TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES consequence (district, sequence)
);

-- The last position of each district's ledger of consequences, and the lock of its writers.
CREATE TABLE consequence_head (
    district TEXT COLLATE "C" PRIMARY KEY,
    sequence BIGINT NOT NULL
);

CREATE TRIGGER consequence_rule_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consequence_rule
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER consequence_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consequence
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER consequence_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consequence_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
