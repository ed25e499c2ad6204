-- How definitions stood after each change: a ledger. `resource` is a full name.
CREATE TABLE revision (
    district    TEXT    NOT NULL REFERENCES district (district),
    resource    TEXT    NOT NULL,
    number      INTEGER NOT NULL CHECK (number > 0),
    kind        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    -- The contract's Change with the resource as it was.
    document    BLOB    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, resource, number)
) STRICT;

CREATE TRIGGER revision_update BEFORE UPDATE ON revision
BEGIN
    SELECT RAISE(ABORT, 'revision is insert-only');
END;

CREATE TRIGGER revision_delete BEFORE DELETE ON revision
BEGIN
    SELECT RAISE(ABORT, 'revision is insert-only');
END;

-- REPLACE removes the row in its way without asking the trigger on DELETE.
CREATE TRIGGER revision_replace BEFORE INSERT ON revision
WHEN EXISTS (
    SELECT 1 FROM revision
    WHERE district = NEW.district AND resource = NEW.resource AND number = NEW.number
)
BEGIN
    SELECT RAISE(ABORT, 'revision is insert-only');
END;

-- A front line of the district's work (X1).
CREATE TABLE front (
    district      TEXT NOT NULL REFERENCES district (district),
    id            TEXT NOT NULL,
    uid           TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    managing_unit TEXT NOT NULL,
    description   TEXT NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    revision      INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, managing_unit) REFERENCES unit (district, id)
) STRICT, WITHOUT ROWID;


-- A station of stewards (X5). Who works there is told by posts, and who holds a post by cadre.
CREATE TABLE station (
    district     TEXT NOT NULL REFERENCES district (district),
    id           TEXT NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    level        INTEGER NOT NULL CHECK (level BETWEEN 1 AND 2),
    unit         TEXT NOT NULL,
    upper        TEXT,
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, upper) REFERENCES station (district, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX station_level ON station (district, level, id);
CREATE INDEX station_unit ON station (district, unit, id);

-- A post. Without any personal data: a person's posting in cadre names the post.
CREATE TABLE post (
    district     TEXT NOT NULL REFERENCES district (district),
    id           TEXT NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    unit         TEXT NOT NULL,
    kind         INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 8),
    rank         TEXT NOT NULL,
    front        TEXT,
    station      TEXT,
    places       INTEGER NOT NULL,
    start_date   TEXT,
    end_date     TEXT,
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, front) REFERENCES front (district, id),
    FOREIGN KEY (district, station) REFERENCES station (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX post_unit ON post (district, unit, id);
CREATE INDEX post_kind ON post (district, kind, id);
CREATE INDEX post_front ON post (district, front, id);
CREATE INDEX post_station ON post (district, station, id);

-- A project with its parties (B3, X5): who leads it, whose land and whose business it is, who serves it.
CREATE TABLE project (
    district           TEXT NOT NULL REFERENCES district (district),
    id                 TEXT NOT NULL,
    uid                TEXT NOT NULL,
    display_name       TEXT NOT NULL,
    class              INTEGER NOT NULL CHECK (class BETWEEN 1 AND 5),
    lead_unit          TEXT NOT NULL,
    territorial_owner  TEXT,
    functional_owner   TEXT,
    leader_posts       TEXT NOT NULL,
    head_posts         TEXT NOT NULL,
    member_units       TEXT NOT NULL,
    steward_posts      TEXT NOT NULL,
    stations           TEXT NOT NULL,
    front              TEXT,
    industry_chain     TEXT,
    planned_investment TEXT,
    start_date         TEXT,
    end_date           TEXT,
    stage              INTEGER NOT NULL CHECK (stage BETWEEN 1 AND 9),
    stage_date         TEXT,
    contract_value     TEXT,
    investment_done    TEXT,
    capital_in_place   TEXT,
    progress_date      TEXT,
    create_time        INTEGER NOT NULL,
    update_time        INTEGER NOT NULL,
    revision           INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, lead_unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, territorial_owner) REFERENCES unit (district, id),
    FOREIGN KEY (district, functional_owner) REFERENCES unit (district, id),
    FOREIGN KEY (district, front) REFERENCES front (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX project_class ON project (district, class, id);
CREATE INDEX project_lead_unit ON project (district, lead_unit, id);
CREATE INDEX project_territorial_owner ON project (district, territorial_owner, id);
CREATE INDEX project_front ON project (district, front, id);
CREATE INDEX project_stage ON project (district, stage, id);
