-- The series of a run's scheme, by which other schemes refer to its results; empty in runs of
-- before. Grade and gates of a result as one text, empty where the track has neither.
ALTER TABLE run ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE result ADD COLUMN outcome TEXT NOT NULL DEFAULT '';

-- Ledger: awards that published runs proposed. One a subject, award, track, scheme and period.
CREATE TABLE award (
    district           TEXT    NOT NULL,
    sequence           INTEGER NOT NULL CHECK (sequence > 0),
    scheme             TEXT    NOT NULL,
    series             TEXT    NOT NULL,
    period             TEXT    NOT NULL,
    track              TEXT    NOT NULL,
    track_display_name TEXT    NOT NULL,
    award              TEXT    NOT NULL,
    display_name       TEXT    NOT NULL,
    class              TEXT    NOT NULL,
    level              TEXT    NOT NULL,
    unit               TEXT    NOT NULL,
    unit_display_name  TEXT    NOT NULL,
    run                INTEGER NOT NULL,
    place              INTEGER NOT NULL,
    score              TEXT,
    ground             TEXT    NOT NULL,
    create_time        INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX award_ranking ON award (district, period, scheme, track, award, unit);
CREATE INDEX award_unit ON award (district, unit, sequence);

-- Ledger: what became of awards. State 2 is confirmed, 3 declined, 4 exempted, 5 announced,
-- 6 withdrawn.
CREATE TABLE award_step (
    district    TEXT    NOT NULL,
    award       INTEGER NOT NULL,
    step        INTEGER NOT NULL CHECK (step > 0),
    state       INTEGER NOT NULL CHECK (state BETWEEN 2 AND 6),
    reason      TEXT    NOT NULL,
    decider     TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, award, step)
) STRICT, WITHOUT ROWID;

-- Ledger: red flags (kind 1) and yellow cards (kind 2). What the office issued has no scheme,
-- track, rule, run and place.
CREATE TABLE card (
    district          TEXT    NOT NULL,
    sequence          INTEGER NOT NULL CHECK (sequence > 0),
    kind              INTEGER NOT NULL CHECK (kind IN (1, 2)),
    period            TEXT    NOT NULL,
    unit              TEXT    NOT NULL,
    unit_display_name TEXT    NOT NULL,
    display_name      TEXT    NOT NULL,
    ground            TEXT    NOT NULL,
    scheme            TEXT,
    track             TEXT,
    card              TEXT,
    run               INTEGER,
    place             INTEGER,
    create_time       INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX card_ranking ON card (district, period, scheme, track, card, unit)
    WHERE scheme IS NOT NULL;
CREATE INDEX card_period ON card (district, period, sequence);
CREATE INDEX card_unit ON card (district, unit, sequence);

-- Ledger: what became of cards. State 2 is issued, 3 declined, 4 withdrawn.
CREATE TABLE card_step (
    district    TEXT    NOT NULL,
    card        INTEGER NOT NULL,
    step        INTEGER NOT NULL CHECK (step > 0),
    state       INTEGER NOT NULL CHECK (state BETWEEN 2 AND 4),
    reason      TEXT    NOT NULL,
    decider     TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, card, step)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER award_update BEFORE UPDATE ON award
BEGIN SELECT RAISE(ABORT, 'award is insert-only'); END;
CREATE TRIGGER award_delete BEFORE DELETE ON award
BEGIN SELECT RAISE(ABORT, 'award is insert-only'); END;
CREATE TRIGGER award_replace BEFORE INSERT ON award
WHEN EXISTS (SELECT 1 FROM award WHERE district = NEW.district AND sequence = NEW.sequence)
    OR EXISTS (SELECT 1 FROM award WHERE district = NEW.district AND period = NEW.period AND scheme = NEW.scheme AND track = NEW.track AND award = NEW.award AND unit = NEW.unit)
BEGIN SELECT RAISE(ABORT, 'award is insert-only'); END;
CREATE TRIGGER award_step_update BEFORE UPDATE ON award_step
BEGIN SELECT RAISE(ABORT, 'award_step is insert-only'); END;
CREATE TRIGGER award_step_delete BEFORE DELETE ON award_step
BEGIN SELECT RAISE(ABORT, 'award_step is insert-only'); END;
CREATE TRIGGER award_step_replace BEFORE INSERT ON award_step
WHEN EXISTS (SELECT 1 FROM award_step WHERE district = NEW.district AND award = NEW.award AND step = NEW.step)
BEGIN SELECT RAISE(ABORT, 'award_step is insert-only'); END;
CREATE TRIGGER card_update BEFORE UPDATE ON card
BEGIN SELECT RAISE(ABORT, 'card is insert-only'); END;
CREATE TRIGGER card_delete BEFORE DELETE ON card
BEGIN SELECT RAISE(ABORT, 'card is insert-only'); END;
CREATE TRIGGER card_replace BEFORE INSERT ON card
WHEN EXISTS (SELECT 1 FROM card WHERE district = NEW.district AND sequence = NEW.sequence)
    OR (NEW.scheme IS NOT NULL AND EXISTS (SELECT 1 FROM card WHERE district = NEW.district AND period = NEW.period AND scheme = NEW.scheme AND track = NEW.track AND card = NEW.card AND unit = NEW.unit))
BEGIN SELECT RAISE(ABORT, 'card is insert-only'); END;
CREATE TRIGGER card_step_update BEFORE UPDATE ON card_step
BEGIN SELECT RAISE(ABORT, 'card_step is insert-only'); END;
CREATE TRIGGER card_step_delete BEFORE DELETE ON card_step
BEGIN SELECT RAISE(ABORT, 'card_step is insert-only'); END;
CREATE TRIGGER card_step_replace BEFORE INSERT ON card_step
WHEN EXISTS (SELECT 1 FROM card_step WHERE district = NEW.district AND card = NEW.card AND step = NEW.step)
BEGIN SELECT RAISE(ABORT, 'card_step is insert-only'); END;
