-- Letters in languages beside Chinese: 2 is English. Insert-only.
CREATE TABLE letter_text (
    district       TEXT    NOT NULL,
    letter         INTEGER NOT NULL,
    language       INTEGER NOT NULL CHECK (language = 2),
    subject        TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    template_fault TEXT    NOT NULL,
    PRIMARY KEY (district, letter, language),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER letter_text_no_update BEFORE UPDATE ON letter_text
BEGIN
    SELECT RAISE(ABORT, 'letter_text is insert-only');
END;

CREATE TRIGGER letter_text_no_replace BEFORE INSERT ON letter_text
WHEN EXISTS (SELECT 1 FROM letter_text WHERE district = new.district AND letter = new.letter AND language = new.language)
BEGIN
    SELECT RAISE(ABORT, 'letter_text is insert-only');
END;

CREATE TRIGGER letter_text_no_delete BEFORE DELETE ON letter_text
BEGIN
    SELECT RAISE(ABORT, 'letter_text is insert-only');
END;

-- Empty where the district has none of its own.
ALTER TABLE template ADD COLUMN english_subject TEXT NOT NULL DEFAULT '';
ALTER TABLE template ADD COLUMN english_body TEXT NOT NULL DEFAULT '';
