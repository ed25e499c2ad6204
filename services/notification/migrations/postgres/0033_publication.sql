-- Where the publications of a district have come to. Taking the row is also the lock of those who
-- publish.
CREATE TABLE publication_head (
    district    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    publication BIGINT NOT NULL CHECK (publication >= 0)
);

-- What was published. Kind 1 is a board, 2 an award, 3 a commendation, 4 a bulletin, 5 a commitment,
-- 6 a notice. Insert-only.
CREATE TABLE publication (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    kind        BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 6),
    source      TEXT COLLATE "C" NOT NULL,
    title       TEXT   NOT NULL,
    content     TEXT   NOT NULL,
    account     TEXT   NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE INDEX publication_kind ON publication (district, kind, sequence);
CREATE INDEX publication_source ON publication (district, source, sequence);

-- What of it was withdrawn. Insert-only.
CREATE TABLE publication_withdrawal (
    district    TEXT COLLATE "C" NOT NULL,
    publication BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    account     TEXT   NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, publication),
    FOREIGN KEY (district, publication) REFERENCES publication (district, sequence)
);

CREATE TRIGGER publication_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publication
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER publication_withdrawal_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publication_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
