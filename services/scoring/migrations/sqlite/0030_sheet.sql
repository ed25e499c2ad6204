-- Derived from the two ledgers, in place of a row for each cell: everything reported of a unit
-- in a year in one piece. Its form is described in `src/sheet/packed.rs`.
CREATE TABLE sheet (
    district TEXT    NOT NULL,
    year     INTEGER NOT NULL,
    unit     TEXT    NOT NULL,
    cells    BLOB    NOT NULL,
    PRIMARY KEY (district, year, unit)
) STRICT;

CREATE INDEX sheet_unit ON sheet (district, unit, year);

-- The form of a district's sheets; 0 asks the service to make them when it starts.
ALTER TABLE head ADD COLUMN sheets INTEGER NOT NULL DEFAULT 0;

DROP TABLE cell;

-- Lists by unit, indicator, period and state are led by the sheets; an index for each of them
-- made a reported row cost five times as much.
DROP INDEX observation_unit;
DROP INDEX observation_indicator;
DROP INDEX observation_period;

-- The last words on an observation in dispute. SQLite goes by it only if it need not look at
-- the row for the kind.
CREATE INDEX verdict_dispute ON verdict (district, observation, sequence, kind) WHERE kind = 2;

-- A trigger before an insert costs a row more than the row itself, one after it a third. What a
-- REPLACE would push out stands at or behind the head of its ledger; corrections of one
-- observation are held apart here, since a unique index would let a REPLACE push one out.
DROP INDEX observation_supersedes;
CREATE INDEX observation_supersedes ON observation (district, supersedes)
    WHERE supersedes IS NOT NULL;
DROP TRIGGER observation_replace;
CREATE TRIGGER observation_replace AFTER INSERT ON observation
WHEN NEW.sequence <= (SELECT observation FROM head WHERE district = NEW.district)
    OR (NEW.supersedes IS NOT NULL AND EXISTS (SELECT 1 FROM observation
        WHERE district = NEW.district AND supersedes = NEW.supersedes AND sequence <> NEW.sequence))
BEGIN SELECT RAISE(ABORT, 'observation is insert-only'); END;
