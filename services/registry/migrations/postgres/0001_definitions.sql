-- Every key begins with the district: a district is one shard. Instants are microseconds
-- since 1970-01-01 UTC, dates are yyyy-mm-dd, decimals canonical text, and the numbers of
-- enumerations those of the contract.

CREATE TABLE district (
    district     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    uid          TEXT   NOT NULL,
    display_name TEXT   NOT NULL,
    time_zone    TEXT   NOT NULL,
    -- Moved on by every transaction that writes to the district.
    edition      BIGINT NOT NULL CHECK (edition > 0),
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0)
);

CREATE TABLE unit (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    uid          TEXT   NOT NULL,
    display_name TEXT   NOT NULL,
    parent       TEXT COLLATE "C" CHECK (parent <> id),
    kind         BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 7),
    category     TEXT COLLATE "C",
    retire_time  BIGINT,
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    -- The rows of a batch may come in any order.
    FOREIGN KEY (district, parent) REFERENCES unit (district, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX unit_parent ON unit (district, parent, id);
CREATE INDEX unit_category ON unit (district, category, id);

CREATE TABLE period (
    district        TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id              TEXT COLLATE "C" NOT NULL,
    uid             TEXT   NOT NULL,
    kind            BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 4),
    start_date      TEXT COLLATE "C" NOT NULL,
    end_date        TEXT COLLATE "C" NOT NULL CHECK (end_date > start_date),
    theme           TEXT   NOT NULL,
    report_due_date TEXT COLLATE "C" NOT NULL CHECK (report_due_date >= end_date),
    create_time     BIGINT NOT NULL,
    update_time     BIGINT NOT NULL,
    revision        BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
);

CREATE UNIQUE INDEX period_start ON period (district, start_date, kind DESC);

CREATE TABLE indicator (
    district        TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id              TEXT COLLATE "C" NOT NULL,
    uid             TEXT NOT NULL,
    display_name    TEXT NOT NULL,
    kind            BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 3),
    unit_of_measure TEXT NOT NULL,
    direction       BIGINT NOT NULL CHECK (direction BETWEEN 1 AND 2),
    frequency       BIGINT NOT NULL CHECK (frequency BETWEEN 1 AND 4),
    accumulation    BIGINT NOT NULL CHECK (accumulation BETWEEN 1 AND 4),
    evaluating_unit TEXT COLLATE "C" NOT NULL,
    min_value       TEXT,
    max_value       TEXT,
    definition      TEXT NOT NULL,
    source          TEXT NOT NULL,
    create_time     BIGINT NOT NULL,
    update_time     BIGINT NOT NULL,
    revision        BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, evaluating_unit) REFERENCES unit (district, id)
);

CREATE INDEX indicator_evaluating_unit ON indicator (district, evaluating_unit, id);

CREATE TABLE target (
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    unit        TEXT COLLATE "C" NOT NULL,
    indicator   TEXT COLLATE "C" NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    value       TEXT NOT NULL,
    source      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, unit, indicator, period),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, indicator) REFERENCES indicator (district, id),
    FOREIGN KEY (district, period) REFERENCES period (district, id)
);

CREATE INDEX target_period ON target (district, period, unit, indicator);
CREATE INDEX target_indicator ON target (district, indicator, unit, period);

CREATE TABLE scheme (
    district         TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id               TEXT COLLATE "C" NOT NULL,
    uid              TEXT NOT NULL,
    series           TEXT COLLATE "C" NOT NULL,
    effective_period TEXT COLLATE "C" NOT NULL,
    effective_start  TEXT COLLATE "C" NOT NULL,
    -- The rulebook itself: the contract's Scheme without what the other columns say.
    document         BYTEA NOT NULL,
    -- 1 draft, 2 in force, 3 superseded
    state            BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3),
    supersedes       TEXT COLLATE "C",
    digest           TEXT,
    enact_time       BIGINT,
    -- The district's edition when it was enacted: of two that hold from the same day, the later holds.
    enact_edition    BIGINT,
    create_time      BIGINT NOT NULL,
    update_time      BIGINT NOT NULL,
    revision         BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    CHECK ((state = 1) = (digest IS NULL)),
    CHECK ((state = 1) = (enact_time IS NULL)),
    CHECK ((state = 1) = (enact_edition IS NULL)),
    FOREIGN KEY (district, effective_period) REFERENCES period (district, id),
    FOREIGN KEY (district, supersedes) REFERENCES scheme (district, id)
);

CREATE UNIQUE INDEX scheme_in_force ON scheme (district, series) WHERE state = 2;
CREATE INDEX scheme_series ON scheme (district, series, effective_start, enact_edition);

-- Which indicators a scheme scores.
CREATE TABLE scheme_use (
    district  TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    scheme    TEXT COLLATE "C" NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    -- Some leaf divides by the target, which must then be above 0.
    divides   BOOLEAN NOT NULL,
    PRIMARY KEY (district, scheme, indicator),
    FOREIGN KEY (district, scheme) REFERENCES scheme (district, id),
    FOREIGN KEY (district, indicator) REFERENCES indicator (district, id)
);
