-- Where the publications of a district have come to. Taking the row is also the lock of those who
-- publish.
CREATE TABLE publication_head (
    district    TEXT    NOT NULL PRIMARY KEY,
    publication INTEGER NOT NULL CHECK (publication >= 0)
) STRICT, WITHOUT ROWID;

-- What was published. Kind 1 is a board, 2 an award, 3 a commendation, 4 a bulletin, 5 a commitment,
-- 6 a notice. Insert-only.
CREATE TABLE publication (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    kind        INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 6),
    source      TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    content     TEXT    NOT NULL,
    account     TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX publication_kind ON publication (district, kind, sequence);
CREATE INDEX publication_source ON publication (district, source, sequence);

-- What of it was withdrawn. Insert-only.
CREATE TABLE publication_withdrawal (
    district    TEXT    NOT NULL,
    publication INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    account     TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, publication),
    FOREIGN KEY (district, publication) REFERENCES publication (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER publication_no_update BEFORE UPDATE ON publication
BEGIN
    SELECT RAISE(ABORT, 'publication is insert-only');
END;

CREATE TRIGGER publication_no_replace BEFORE INSERT ON publication
WHEN EXISTS (SELECT 1 FROM publication
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'publication is insert-only');
END;

CREATE TRIGGER publication_no_delete BEFORE DELETE ON publication
BEGIN
    SELECT RAISE(ABORT, 'publication is insert-only');
END;

CREATE TRIGGER publication_withdrawal_no_update BEFORE UPDATE ON publication_withdrawal
BEGIN
    SELECT RAISE(ABORT, 'publication_withdrawal is insert-only');
END;

CREATE TRIGGER publication_withdrawal_no_replace BEFORE INSERT ON publication_withdrawal
WHEN EXISTS (SELECT 1 FROM publication_withdrawal
             WHERE district = new.district AND publication = new.publication)
BEGIN
    SELECT RAISE(ABORT, 'publication_withdrawal is insert-only');
END;

CREATE TRIGGER publication_withdrawal_no_delete BEFORE DELETE ON publication_withdrawal
BEGIN
    SELECT RAISE(ABORT, 'publication_withdrawal is insert-only');
END;
