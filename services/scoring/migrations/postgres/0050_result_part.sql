-- Ledger: the points of the parts of a track's results in one piece, in the order of the board.
-- Its form is described in `src/store/result/packed.rs`. Results of before, and those that do
-- not fit the form, carry their parts themselves.
CREATE TABLE result_part (
    district TEXT COLLATE "C" NOT NULL,
    run      BIGINT NOT NULL,
    track    TEXT COLLATE "C" NOT NULL,
    first    BIGINT NOT NULL,
    parts    TEXT   NOT NULL,
    points   BYTEA  NOT NULL,
    PRIMARY KEY (district, run, track)
);

CREATE TRIGGER result_part_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON result_part
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
