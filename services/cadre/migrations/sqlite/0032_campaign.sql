-- Who was nominated in a campaign. Insert-only.
CREATE TABLE nominee (
    district    TEXT NOT NULL,
    campaign    TEXT NOT NULL,
    person      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, campaign, person),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX nominee_person ON nominee (district, person, campaign);

CREATE TRIGGER nominee_no_update BEFORE UPDATE ON nominee
BEGIN
    SELECT RAISE(ABORT, 'nominee is insert-only');
END;

CREATE TRIGGER nominee_no_delete BEFORE DELETE ON nominee
BEGIN
    SELECT RAISE(ABORT, 'nominee is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER nominee_no_replace BEFORE INSERT ON nominee
WHEN EXISTS (SELECT 1 FROM nominee
             WHERE district = new.district AND campaign = new.campaign AND person = new.person)
BEGIN
    SELECT RAISE(ABORT, 'nominee is insert-only');
END;

-- What was done with a nominee, and where he stood then. Insert-only. act is JSON.
CREATE TABLE nominee_step (
    district    TEXT NOT NULL,
    campaign    TEXT NOT NULL,
    person      TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    act         TEXT NOT NULL,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, campaign, person, ordinal),
    FOREIGN KEY (district, campaign, person) REFERENCES nominee (district, campaign, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX nominee_step_state ON nominee_step (district, campaign, state, person);

CREATE TRIGGER nominee_step_no_update BEFORE UPDATE ON nominee_step
BEGIN
    SELECT RAISE(ABORT, 'nominee_step is insert-only');
END;

CREATE TRIGGER nominee_step_no_delete BEFORE DELETE ON nominee_step
BEGIN
    SELECT RAISE(ABORT, 'nominee_step is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER nominee_step_no_replace BEFORE INSERT ON nominee_step
WHEN EXISTS (SELECT 1 FROM nominee_step
             WHERE district = new.district AND campaign = new.campaign AND person = new.person AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'nominee_step is insert-only');
END;

-- Who is placed on which training post, as it was decided. Insert-only.
CREATE TABLE placement (
    district      TEXT NOT NULL,
    sequence      INTEGER NOT NULL,
    campaign      TEXT NOT NULL,
    person        TEXT NOT NULL,
    batch         INTEGER NOT NULL,
    post          TEXT NOT NULL,
    home_unit     TEXT NOT NULL,
    managing_unit TEXT NOT NULL,
    start_date    TEXT NOT NULL,
    end_date      TEXT,
    mentor        TEXT,
    branch        TEXT NOT NULL,
    party         TEXT NOT NULL,
    create_time   INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, campaign, person) REFERENCES nominee (district, campaign, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX placement_person ON placement (district, person, sequence);
CREATE INDEX placement_post ON placement (district, post, sequence);
CREATE INDEX placement_campaign ON placement (district, campaign, post);
CREATE INDEX placement_home ON placement (district, home_unit, sequence);
CREATE INDEX placement_managing ON placement (district, managing_unit, sequence);

CREATE TRIGGER placement_no_update BEFORE UPDATE ON placement
BEGIN
    SELECT RAISE(ABORT, 'placement is insert-only');
END;

CREATE TRIGGER placement_no_delete BEFORE DELETE ON placement
BEGIN
    SELECT RAISE(ABORT, 'placement is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER placement_no_replace BEFORE INSERT ON placement
WHEN EXISTS (SELECT 1 FROM placement
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'placement is insert-only');
END;

-- What became of it. Insert-only. kind: 1 assigned, 2 ended, 3 appraised by a side. act is JSON.
CREATE TABLE placement_step (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    side        INTEGER NOT NULL,
    day         TEXT,
    act         TEXT NOT NULL,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES placement (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER placement_step_no_update BEFORE UPDATE ON placement_step
BEGIN
    SELECT RAISE(ABORT, 'placement_step is insert-only');
END;

CREATE TRIGGER placement_step_no_delete BEFORE DELETE ON placement_step
BEGIN
    SELECT RAISE(ABORT, 'placement_step is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER placement_step_no_replace BEFORE INSERT ON placement_step
WHEN EXISTS (SELECT 1 FROM placement_step
             WHERE district = new.district AND sequence = new.sequence AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'placement_step is insert-only');
END;
