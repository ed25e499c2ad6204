-- Bulletins in languages beside Chinese: 2 is English. Insert-only.
CREATE TABLE bulletin_text (
    district       TEXT COLLATE "C" NOT NULL,
    bulletin       BIGINT NOT NULL,
    language       BIGINT NOT NULL CHECK (language = 2),
    subject        TEXT NOT NULL,
    body           TEXT NOT NULL,
    template_fault TEXT NOT NULL,
    PRIMARY KEY (district, bulletin, language),
    FOREIGN KEY (district, bulletin) REFERENCES bulletin (district, sequence)
);

CREATE TRIGGER bulletin_text_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bulletin_text
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
