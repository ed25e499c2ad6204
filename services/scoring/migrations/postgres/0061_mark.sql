-- Ledger: marks of difficulty, innovation, contribution … given by a panel (S2).
CREATE TABLE mark (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    period      TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    indicator   TEXT COLLATE "C" NOT NULL,
    aspect      TEXT COLLATE "C" NOT NULL,
    mark        TEXT NOT NULL,
    panel       TEXT NOT NULL,
    ground      TEXT NOT NULL,
    supersedes  BIGINT,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

-- No mark is superseded twice.
CREATE UNIQUE INDEX mark_supersedes ON mark (district, supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX mark_period ON mark (district, period, sequence);
CREATE INDEX mark_unit ON mark (district, unit, sequence);

CREATE TRIGGER mark_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mark
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
