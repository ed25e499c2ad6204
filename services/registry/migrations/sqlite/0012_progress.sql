-- Ledger: what is known of projects day by day. Amounts are yuan.
CREATE TABLE progress (
    district         TEXT NOT NULL,
    sequence         INTEGER NOT NULL CHECK (sequence > 0),
    project          TEXT NOT NULL,
    day              TEXT NOT NULL,
    stage            INTEGER CHECK (stage BETWEEN 1 AND 9),
    contract_value   TEXT,
    investment_done  TEXT,
    capital_in_place TEXT,
    note             TEXT NOT NULL,
    create_time      INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, project) REFERENCES project (district, id)
) STRICT;

CREATE INDEX progress_project ON progress (district, project, sequence);
CREATE INDEX progress_day ON progress (district, day);

-- Ledger: visits on site, and what was decided there. Lists are lines of text.
CREATE TABLE visit (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    project     TEXT,
    task        TEXT,
    leader_post TEXT NOT NULL,
    day         TEXT NOT NULL,
    kind        INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),
    units       TEXT NOT NULL,
    decisions   TEXT NOT NULL,
    note        TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    CHECK ((project IS NULL) <> (task IS NULL)),
    FOREIGN KEY (district, project) REFERENCES project (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, leader_post) REFERENCES post (district, id)
) STRICT;

CREATE INDEX visit_project ON visit (district, project, sequence);
CREATE INDEX visit_task ON visit (district, task, sequence);
CREATE INDEX visit_leader_post ON visit (district, leader_post, sequence);
CREATE INDEX visit_day ON visit (district, day);

CREATE TRIGGER progress_update BEFORE UPDATE ON progress
BEGIN
    SELECT RAISE(ABORT, 'progress is insert-only');
END;

CREATE TRIGGER progress_delete BEFORE DELETE ON progress
BEGIN
    SELECT RAISE(ABORT, 'progress is insert-only');
END;

CREATE TRIGGER progress_replace BEFORE INSERT ON progress
WHEN EXISTS (SELECT 1 FROM progress WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN
    SELECT RAISE(ABORT, 'progress is insert-only');
END;

CREATE TRIGGER visit_update BEFORE UPDATE ON visit
BEGIN
    SELECT RAISE(ABORT, 'visit is insert-only');
END;

CREATE TRIGGER visit_delete BEFORE DELETE ON visit
BEGIN
    SELECT RAISE(ABORT, 'visit is insert-only');
END;

CREATE TRIGGER visit_replace BEFORE INSERT ON visit
WHEN EXISTS (SELECT 1 FROM visit WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN
    SELECT RAISE(ABORT, 'visit is insert-only');
END;
