-- Who was nominated in a campaign. Insert-only.
CREATE TABLE nominee (
    district    TEXT COLLATE "C" NOT NULL,
    campaign    TEXT COLLATE "C" NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, campaign, person),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX nominee_person ON nominee (district, person, campaign);

CREATE TRIGGER nominee_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON nominee
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- What was done with a nominee, and where he stood then. Insert-only. act is JSON.
CREATE TABLE nominee_step (
    district    TEXT COLLATE "C" NOT NULL,
    campaign    TEXT COLLATE "C" NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    ordinal     BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    act         TEXT NOT NULL,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, campaign, person, ordinal),
    FOREIGN KEY (district, campaign, person) REFERENCES nominee (district, campaign, person)
);

CREATE INDEX nominee_step_state ON nominee_step (district, campaign, state, person);

CREATE TRIGGER nominee_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON nominee_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- Who is placed on which training post, as it was decided. Insert-only.
CREATE TABLE placement (
    district      TEXT COLLATE "C" NOT NULL,
    sequence      BIGINT NOT NULL,
    campaign      TEXT COLLATE "C" NOT NULL,
    person        TEXT COLLATE "C" NOT NULL,
    batch         BIGINT NOT NULL,
    post          TEXT COLLATE "C" NOT NULL,
    home_unit     TEXT COLLATE "C" NOT NULL,
    managing_unit TEXT COLLATE "C" NOT NULL,
    start_date    TEXT COLLATE "C" NOT NULL,
    end_date      TEXT COLLATE "C",
    mentor        TEXT COLLATE "C",
    branch        TEXT NOT NULL,
    party         TEXT NOT NULL,
    create_time   BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, campaign, person) REFERENCES nominee (district, campaign, person)
);

CREATE INDEX placement_person ON placement (district, person, sequence);
CREATE INDEX placement_post ON placement (district, post, sequence);
CREATE INDEX placement_campaign ON placement (district, campaign, post);
CREATE INDEX placement_home ON placement (district, home_unit, sequence);
CREATE INDEX placement_managing ON placement (district, managing_unit, sequence);

CREATE TRIGGER placement_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON placement
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- What became of it. Insert-only. kind: 1 assigned, 2 ended, 3 appraised by a side. act is JSON.
CREATE TABLE placement_step (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    kind        BIGINT NOT NULL,
    side        BIGINT NOT NULL,
    day         TEXT COLLATE "C",
    act         TEXT NOT NULL,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES placement (district, sequence)
);

CREATE TRIGGER placement_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON placement_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
