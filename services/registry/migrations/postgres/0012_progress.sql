-- Ledger: what is known of projects day by day. Amounts are yuan.
CREATE TABLE progress (
    district         TEXT COLLATE "C" NOT NULL,
    sequence         BIGINT NOT NULL CHECK (sequence > 0),
    project          TEXT COLLATE "C" NOT NULL,
    day              TEXT COLLATE "C" NOT NULL,
    stage            BIGINT CHECK (stage BETWEEN 1 AND 9),
    contract_value   TEXT,
    investment_done  TEXT,
    capital_in_place TEXT,
    note             TEXT NOT NULL,
    create_time      BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, project) REFERENCES project (district, id)
);

CREATE INDEX progress_project ON progress (district, project, sequence);
CREATE INDEX progress_day ON progress (district, day);

-- Ledger: visits on site, and what was decided there. Lists are lines of text.
CREATE TABLE visit (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    project     TEXT COLLATE "C",
    task        TEXT COLLATE "C",
    leader_post TEXT COLLATE "C" NOT NULL,
    day         TEXT COLLATE "C" NOT NULL,
    kind        BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 2),
    units       TEXT NOT NULL,
    decisions   TEXT NOT NULL,
    note        TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    CHECK ((project IS NULL) <> (task IS NULL)),
    FOREIGN KEY (district, project) REFERENCES project (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, leader_post) REFERENCES post (district, id)
);

CREATE INDEX visit_project ON visit (district, project, sequence);
CREATE INDEX visit_task ON visit (district, task, sequence);
CREATE INDEX visit_leader_post ON visit (district, leader_post, sequence);
CREATE INDEX visit_day ON visit (district, day);

CREATE TRIGGER progress_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON progress
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER visit_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON visit
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
