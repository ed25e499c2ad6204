-- Letters in languages beside Chinese: 2 is English. Insert-only.
CREATE TABLE letter_text (
    district       TEXT COLLATE "C" NOT NULL,
    letter         BIGINT NOT NULL,
    language       BIGINT NOT NULL CHECK (language = 2),
    subject        TEXT NOT NULL,
    body           TEXT NOT NULL,
    template_fault TEXT NOT NULL,
    PRIMARY KEY (district, letter, language),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
);

CREATE TRIGGER letter_text_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON letter_text
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- Empty where the district has none of its own.
ALTER TABLE template ADD COLUMN english_subject TEXT NOT NULL DEFAULT '';
ALTER TABLE template ADD COLUMN english_body TEXT NOT NULL DEFAULT '';
