-- Ledger: marks of difficulty, innovation, contribution … given by a panel (S2).
CREATE TABLE mark (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    period      TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    indicator   TEXT    NOT NULL,
    aspect      TEXT    NOT NULL,
    mark        TEXT    NOT NULL,
    panel       TEXT    NOT NULL,
    ground      TEXT    NOT NULL,
    supersedes  INTEGER,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

-- No mark is superseded twice.
CREATE UNIQUE INDEX mark_supersedes ON mark (district, supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX mark_period ON mark (district, period, sequence);
CREATE INDEX mark_unit ON mark (district, unit, sequence);

CREATE TRIGGER mark_update BEFORE UPDATE ON mark
BEGIN SELECT RAISE(ABORT, 'mark is insert-only'); END;
CREATE TRIGGER mark_delete BEFORE DELETE ON mark
BEGIN SELECT RAISE(ABORT, 'mark is insert-only'); END;
CREATE TRIGGER mark_replace BEFORE INSERT ON mark
WHEN EXISTS (SELECT 1 FROM mark WHERE district = NEW.district AND sequence = NEW.sequence)
    OR (NEW.supersedes IS NOT NULL AND EXISTS (SELECT 1 FROM mark WHERE district = NEW.district AND supersedes = NEW.supersedes))
BEGIN SELECT RAISE(ABORT, 'mark is insert-only'); END;
