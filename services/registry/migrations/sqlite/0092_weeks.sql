-- Weeks are periods, and an indicator may be reported weekly (X8). SQLite changes no CHECK, so both
-- tables are made anew under their names; what refers to them is looked at when all is done.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE period_before AS SELECT * FROM period;
DROP TABLE period;

CREATE TABLE period (
    district        TEXT    NOT NULL REFERENCES district (district),
    id              TEXT    NOT NULL,
    uid             TEXT    NOT NULL,
    -- The contract's number; 0 for a week, which is the shortest.
    kind            INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 4),
    start_date      TEXT    NOT NULL,
    end_date        TEXT    NOT NULL CHECK (end_date > start_date),
    theme           TEXT    NOT NULL,
    report_due_date TEXT    NOT NULL CHECK (report_due_date >= end_date),
    create_time     INTEGER NOT NULL,
    update_time     INTEGER NOT NULL,
    revision        INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

INSERT INTO period SELECT * FROM period_before;
DROP TABLE period_before;

CREATE UNIQUE INDEX period_start ON period (district, start_date, kind DESC);

CREATE TABLE indicator_before AS SELECT * FROM indicator;
DROP TABLE indicator;

CREATE TABLE indicator (
    district        TEXT    NOT NULL REFERENCES district (district),
    id              TEXT    NOT NULL,
    uid             TEXT NOT NULL,
    display_name    TEXT NOT NULL,
    kind            INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    unit_of_measure TEXT NOT NULL,
    direction       INTEGER NOT NULL CHECK (direction BETWEEN 1 AND 2),
    frequency       INTEGER NOT NULL CHECK (frequency BETWEEN 1 AND 5),
    accumulation    INTEGER NOT NULL CHECK (accumulation BETWEEN 1 AND 4),
    evaluating_unit TEXT    NOT NULL,
    min_value       TEXT,
    max_value       TEXT,
    definition      TEXT NOT NULL,
    source          TEXT NOT NULL,
    create_time     INTEGER NOT NULL,
    update_time     INTEGER NOT NULL,
    revision        INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, evaluating_unit) REFERENCES unit (district, id)
) STRICT, WITHOUT ROWID;

INSERT INTO indicator SELECT * FROM indicator_before;
DROP TABLE indicator_before;

CREATE INDEX indicator_evaluating_unit ON indicator (district, evaluating_unit, id);
