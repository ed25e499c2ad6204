-- Every key begins with the district: a district is one shard. Instants are microseconds
-- since 1970-01-01 UTC, dates are yyyy-mm-dd, decimals canonical text, and the numbers of
-- enumerations those of the contract.

CREATE TABLE district (
    district     TEXT    NOT NULL PRIMARY KEY,
    uid          TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    time_zone    TEXT    NOT NULL,
    -- Moved on by every transaction that writes to the district.
    edition      INTEGER NOT NULL CHECK (edition > 0),
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE unit (
    district     TEXT    NOT NULL REFERENCES district (district),
    id           TEXT    NOT NULL,
    uid          TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    parent       TEXT    CHECK (parent <> id),
    kind         INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 7),
    category     TEXT,
    retire_time  INTEGER,
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    -- The rows of a batch may come in any order.
    FOREIGN KEY (district, parent) REFERENCES unit (district, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX unit_parent ON unit (district, parent, id);
CREATE INDEX unit_category ON unit (district, category, id);

CREATE TABLE period (
    district        TEXT    NOT NULL REFERENCES district (district),
    id              TEXT    NOT NULL,
    uid             TEXT    NOT NULL,
    kind            INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
    start_date      TEXT    NOT NULL,
    end_date        TEXT    NOT NULL CHECK (end_date > start_date),
    theme           TEXT    NOT NULL,
    report_due_date TEXT    NOT NULL CHECK (report_due_date >= end_date),
    create_time     INTEGER NOT NULL,
    update_time     INTEGER NOT NULL,
    revision        INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX period_start ON period (district, start_date, kind DESC);

CREATE TABLE indicator (
    district        TEXT    NOT NULL REFERENCES district (district),
    id              TEXT    NOT NULL,
    uid             TEXT NOT NULL,
    display_name    TEXT NOT NULL,
    kind            INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    unit_of_measure TEXT NOT NULL,
    direction       INTEGER NOT NULL CHECK (direction BETWEEN 1 AND 2),
    frequency       INTEGER NOT NULL CHECK (frequency BETWEEN 1 AND 4),
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

CREATE INDEX indicator_evaluating_unit ON indicator (district, evaluating_unit, id);

CREATE TABLE target (
    district    TEXT    NOT NULL REFERENCES district (district),
    unit        TEXT    NOT NULL,
    indicator   TEXT    NOT NULL,
    period      TEXT    NOT NULL,
    value       TEXT NOT NULL,
    source      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, unit, indicator, period),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, indicator) REFERENCES indicator (district, id),
    FOREIGN KEY (district, period) REFERENCES period (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX target_period ON target (district, period, unit, indicator);
CREATE INDEX target_indicator ON target (district, indicator, unit, period);

CREATE TABLE scheme (
    district         TEXT    NOT NULL REFERENCES district (district),
    id               TEXT    NOT NULL,
    uid              TEXT NOT NULL,
    series           TEXT    NOT NULL,
    effective_period TEXT    NOT NULL,
    effective_start  TEXT    NOT NULL,
    -- The rulebook itself: the contract's Scheme without what the other columns say.
    document         BLOB NOT NULL,
    -- 1 draft, 2 in force, 3 superseded
    state            INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    supersedes       TEXT,
    digest           TEXT,
    enact_time       INTEGER,
    -- The district's edition when it was enacted: of two that hold from the same day, the later holds.
    enact_edition    INTEGER,
    create_time      INTEGER NOT NULL,
    update_time      INTEGER NOT NULL,
    revision         INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    CHECK ((state = 1) = (digest IS NULL)),
    CHECK ((state = 1) = (enact_time IS NULL)),
    CHECK ((state = 1) = (enact_edition IS NULL)),
    FOREIGN KEY (district, effective_period) REFERENCES period (district, id),
    FOREIGN KEY (district, supersedes) REFERENCES scheme (district, id)
) STRICT;

CREATE UNIQUE INDEX scheme_in_force ON scheme (district, series) WHERE state = 2;
CREATE INDEX scheme_series ON scheme (district, series, effective_start, enact_edition);

-- Which indicators a scheme scores.
CREATE TABLE scheme_use (
    district  TEXT    NOT NULL REFERENCES district (district),
    scheme    TEXT    NOT NULL,
    indicator TEXT    NOT NULL,
    -- Some leaf divides by the target, which must then be above 0.
    divides   INTEGER NOT NULL,
    PRIMARY KEY (district, scheme, indicator),
    FOREIGN KEY (district, scheme) REFERENCES scheme (district, id),
    FOREIGN KEY (district, indicator) REFERENCES indicator (district, id)
) STRICT, WITHOUT ROWID;
