-- Ledger: the points of the parts of a track's results in one piece, in the order of the board.
-- Its form is described in `src/store/result/packed.rs`. Results of before, and those that do
-- not fit the form, carry their parts themselves.
CREATE TABLE result_part (
    district TEXT    NOT NULL,
    run      INTEGER NOT NULL,
    track    TEXT    NOT NULL,
    first    INTEGER NOT NULL,
    parts    TEXT    NOT NULL,
    points   BLOB    NOT NULL,
    PRIMARY KEY (district, run, track)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER result_part_update BEFORE UPDATE ON result_part
BEGIN SELECT RAISE(ABORT, 'result_part is insert-only'); END;
CREATE TRIGGER result_part_delete BEFORE DELETE ON result_part
BEGIN SELECT RAISE(ABORT, 'result_part is insert-only'); END;
CREATE TRIGGER result_part_replace BEFORE INSERT ON result_part
WHEN EXISTS (SELECT 1 FROM result_part WHERE district = NEW.district AND run = NEW.run AND track = NEW.track)
BEGIN SELECT RAISE(ABORT, 'result_part is insert-only'); END;
