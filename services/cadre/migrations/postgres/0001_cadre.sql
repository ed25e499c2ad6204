-- Persons, and the posts they hold and held.
CREATE TABLE person (
    district     TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    display_name TEXT    NOT NULL,
    external_id  TEXT COLLATE "C",
    revision     BIGINT  NOT NULL,
    create_time  BIGINT  NOT NULL,
    update_time  BIGINT  NOT NULL,
    PRIMARY KEY (district, id),
    UNIQUE (district, external_id)
);

CREATE TABLE posting (
    district   TEXT COLLATE "C" NOT NULL,
    person     TEXT COLLATE "C" NOT NULL,
    ordinal    BIGINT  NOT NULL,
    unit       TEXT COLLATE "C" NOT NULL,
    post       TEXT    NOT NULL,
    head       BOOLEAN NOT NULL,
    start_date TEXT COLLATE "C" NOT NULL,
    end_date   TEXT COLLATE "C" CHECK (end_date >= start_date),
    PRIMARY KEY (district, person, ordinal),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX posting_unit ON posting (district, unit, person);

-- Written first by every transaction that appoints a head of the unit or files a result
-- of it, so that two such transactions come one after the other.
CREATE TABLE headship (
    district TEXT COLLATE "C" NOT NULL,
    unit     TEXT COLLATE "C" NOT NULL,
    turn     BIGINT  NOT NULL,
    PRIMARY KEY (district, unit)
);

-- The tray: what scoring told and is not settled yet, unread. The payload is the event of
-- scoring's contract. What cannot be read is not tried before its retry_time.
CREATE TABLE notice (
    district     TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    payload      BYTEA NOT NULL,
    trace_parent TEXT NOT NULL,
    create_time  BIGINT NOT NULL,
    retry_time   BIGINT NOT NULL,
    PRIMARY KEY (district, source)
);

-- Published results, with what was asked about them: period, its last day, the track's name.
CREATE TABLE published_result (
    district           TEXT COLLATE "C" NOT NULL,
    source             TEXT COLLATE "C" NOT NULL,
    run                TEXT COLLATE "C" NOT NULL,
    unit               TEXT COLLATE "C" NOT NULL,
    track_id           TEXT COLLATE "C" NOT NULL,
    track_display_name TEXT NOT NULL,
    score              TEXT,
    rank               TEXT,
    track_size         BIGINT NOT NULL,
    period             TEXT COLLATE "C" NOT NULL,
    period_end         TEXT COLLATE "C" NOT NULL,
    create_time        BIGINT NOT NULL,
    PRIMARY KEY (district, source)
);

CREATE INDEX published_result_unit ON published_result (district, unit);

-- The archives. Insert-only.
CREATE TABLE archive_entry (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT  NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('RESULT')),
    source      TEXT COLLATE "C" NOT NULL,
    title       TEXT    NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    post        TEXT    NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    score       TEXT,
    rank        TEXT,
    track_size  BIGINT  NOT NULL,
    create_time BIGINT  NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, person, id),
    UNIQUE (district, person, source),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX archive_entry_person ON archive_entry (district, person, sequence);
CREATE INDEX archive_entry_period ON archive_entry (district, period, sequence);

CREATE FUNCTION insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER archive_entry_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON archive_entry
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- The last sequence of each district's archive; a row's lock makes the order of filing
-- the order of committing.
CREATE TABLE archive_head (
    district TEXT COLLATE "C" PRIMARY KEY,
    sequence BIGINT  NOT NULL
);
