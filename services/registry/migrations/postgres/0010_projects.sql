-- How definitions stood after each change: a ledger. `resource` is a full name.
CREATE TABLE revision (
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    resource    TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL CHECK (number > 0),
    kind        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    -- The contract's Change with the resource as it was.
    document    BYTEA  NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, resource, number)
);

CREATE FUNCTION insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
END;
$$;

CREATE TRIGGER revision_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revision
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- A front line of the district's work (X1).
CREATE TABLE front (
    district      TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id            TEXT COLLATE "C" NOT NULL,
    uid           TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    managing_unit TEXT COLLATE "C" NOT NULL,
    description   TEXT NOT NULL,
    create_time   BIGINT NOT NULL,
    update_time   BIGINT NOT NULL,
    revision      BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, managing_unit) REFERENCES unit (district, id)
);


-- A station of stewards (X5). Who works there is told by posts, and who holds a post by cadre.
CREATE TABLE station (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    level        BIGINT NOT NULL CHECK (level BETWEEN 1 AND 2),
    unit         TEXT COLLATE "C" NOT NULL,
    upper        TEXT COLLATE "C",
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, upper) REFERENCES station (district, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX station_level ON station (district, level, id);
CREATE INDEX station_unit ON station (district, unit, id);

-- A post. Without any personal data: a person's posting in cadre names the post.
CREATE TABLE post (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    unit         TEXT COLLATE "C" NOT NULL,
    kind         BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 8),
    rank         TEXT NOT NULL,
    front        TEXT COLLATE "C",
    station      TEXT COLLATE "C",
    places       BIGINT NOT NULL,
    start_date   TEXT COLLATE "C",
    end_date     TEXT COLLATE "C",
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, front) REFERENCES front (district, id),
    FOREIGN KEY (district, station) REFERENCES station (district, id)
);

CREATE INDEX post_unit ON post (district, unit, id);
CREATE INDEX post_kind ON post (district, kind, id);
CREATE INDEX post_front ON post (district, front, id);
CREATE INDEX post_station ON post (district, station, id);

-- A project with its parties (B3, X5): who leads it, whose land and whose business it is, who serves it.
CREATE TABLE project (
    district           TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id                 TEXT COLLATE "C" NOT NULL,
    uid                TEXT NOT NULL,
    display_name       TEXT NOT NULL,
    class              BIGINT NOT NULL CHECK (class BETWEEN 1 AND 5),
    lead_unit          TEXT COLLATE "C" NOT NULL,
    territorial_owner  TEXT COLLATE "C",
    functional_owner   TEXT COLLATE "C",
    leader_posts       TEXT NOT NULL,
    head_posts         TEXT NOT NULL,
    member_units       TEXT NOT NULL,
    steward_posts      TEXT NOT NULL,
    stations           TEXT NOT NULL,
    front              TEXT COLLATE "C",
    industry_chain     TEXT COLLATE "C",
    planned_investment TEXT,
    start_date         TEXT COLLATE "C",
    end_date           TEXT COLLATE "C",
    stage              BIGINT NOT NULL CHECK (stage BETWEEN 1 AND 9),
    stage_date         TEXT COLLATE "C",
    contract_value     TEXT,
    investment_done    TEXT,
    capital_in_place   TEXT,
    progress_date      TEXT COLLATE "C",
    create_time        BIGINT NOT NULL,
    update_time        BIGINT NOT NULL,
    revision           BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, lead_unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, territorial_owner) REFERENCES unit (district, id),
    FOREIGN KEY (district, functional_owner) REFERENCES unit (district, id),
    FOREIGN KEY (district, front) REFERENCES front (district, id)
);

CREATE INDEX project_class ON project (district, class, id);
CREATE INDEX project_lead_unit ON project (district, lead_unit, id);
CREATE INDEX project_territorial_owner ON project (district, territorial_owner, id);
CREATE INDEX project_front ON project (district, front, id);
CREATE INDEX project_stage ON project (district, stage, id);
