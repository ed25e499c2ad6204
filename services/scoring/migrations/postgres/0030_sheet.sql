-- Derived from the two ledgers, in place of a row for each cell: everything reported of a unit
-- in a year in one piece. Its form is described in `src/sheet/packed.rs`.
CREATE TABLE sheet (
    district TEXT COLLATE "C" NOT NULL,
    year     BIGINT NOT NULL,
    unit     TEXT COLLATE "C" NOT NULL,
    cells    BYTEA NOT NULL,
    PRIMARY KEY (district, year, unit)
);

-- Small integers do not get smaller, and packing them costs more than they do.
ALTER TABLE sheet ALTER COLUMN cells SET STORAGE EXTERNAL;

CREATE INDEX sheet_unit ON sheet (district, unit, year);

-- The form of a district's sheets; 0 asks the service to make them when it starts.
ALTER TABLE head ADD COLUMN sheets BIGINT NOT NULL DEFAULT 0;

DROP TABLE cell;

-- Lists by unit, indicator, period and state are led by the sheets; an index for each of them
-- made a reported row cost five times as much.
DROP INDEX observation_unit;
DROP INDEX observation_indicator;
DROP INDEX observation_period;

-- The last words on an observation in dispute. SQLite goes by it only if it need not look at
-- the row for the kind.
CREATE INDEX verdict_dispute ON verdict (district, observation, sequence, kind) WHERE kind = 2;
