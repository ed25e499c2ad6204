-- The series of a run's scheme, by which other schemes refer to its results; empty in runs of
-- before. Grade and gates of a result as one text, empty where the track has neither.
ALTER TABLE run ADD COLUMN series TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE result ADD COLUMN outcome TEXT NOT NULL DEFAULT '';

-- Ledger: awards that published runs proposed. One a subject, award, track, scheme and period.
CREATE TABLE award (
    district           TEXT COLLATE "C" NOT NULL,
    sequence           BIGINT NOT NULL CHECK (sequence > 0),
    scheme             TEXT COLLATE "C" NOT NULL,
    series             TEXT NOT NULL,
    period             TEXT COLLATE "C" NOT NULL,
    track              TEXT COLLATE "C" NOT NULL,
    track_display_name TEXT NOT NULL,
    award              TEXT COLLATE "C" NOT NULL,
    display_name       TEXT NOT NULL,
    class              TEXT NOT NULL,
    level              TEXT NOT NULL,
    unit               TEXT COLLATE "C" NOT NULL,
    unit_display_name  TEXT NOT NULL,
    run                BIGINT NOT NULL,
    place              BIGINT NOT NULL,
    score              TEXT,
    ground             TEXT NOT NULL,
    create_time        BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE UNIQUE INDEX award_ranking ON award (district, period, scheme, track, award, unit);
CREATE INDEX award_unit ON award (district, unit, sequence);

-- Ledger: what became of awards. State 2 is confirmed, 3 declined, 4 exempted, 5 announced,
-- 6 withdrawn.
CREATE TABLE award_step (
    district    TEXT COLLATE "C" NOT NULL,
    award       BIGINT NOT NULL,
    step        BIGINT NOT NULL CHECK (step > 0),
    state       BIGINT NOT NULL CHECK (state BETWEEN 2 AND 6),
    reason      TEXT NOT NULL,
    decider     TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, award, step)
);

-- Ledger: red flags (kind 1) and yellow cards (kind 2). What the office issued has no scheme,
-- track, rule, run and place.
CREATE TABLE card (
    district          TEXT COLLATE "C" NOT NULL,
    sequence          BIGINT NOT NULL CHECK (sequence > 0),
    kind              BIGINT NOT NULL CHECK (kind IN (1, 2)),
    period            TEXT COLLATE "C" NOT NULL,
    unit              TEXT COLLATE "C" NOT NULL,
    unit_display_name TEXT NOT NULL,
    display_name      TEXT NOT NULL,
    ground            TEXT NOT NULL,
    scheme            TEXT COLLATE "C",
    track             TEXT COLLATE "C",
    card              TEXT COLLATE "C",
    run               BIGINT,
    place             BIGINT,
    create_time       BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE UNIQUE INDEX card_ranking ON card (district, period, scheme, track, card, unit)
    WHERE scheme IS NOT NULL;
CREATE INDEX card_period ON card (district, period, sequence);
CREATE INDEX card_unit ON card (district, unit, sequence);

-- Ledger: what became of cards. State 2 is issued, 3 declined, 4 withdrawn.
CREATE TABLE card_step (
    district    TEXT COLLATE "C" NOT NULL,
    card        BIGINT NOT NULL,
    step        BIGINT NOT NULL CHECK (step > 0),
    state       BIGINT NOT NULL CHECK (state BETWEEN 2 AND 4),
    reason      TEXT NOT NULL,
    decider     TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, card, step)
);

CREATE TRIGGER award_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON award
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER award_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON award_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER card_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON card
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER card_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON card_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
