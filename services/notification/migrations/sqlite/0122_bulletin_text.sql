-- Bulletins in languages beside Chinese: 2 is English. Insert-only.
CREATE TABLE bulletin_text (
    district       TEXT    NOT NULL,
    bulletin       INTEGER NOT NULL,
    language       INTEGER NOT NULL CHECK (language = 2),
    subject        TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    template_fault TEXT    NOT NULL,
    PRIMARY KEY (district, bulletin, language),
    FOREIGN KEY (district, bulletin) REFERENCES bulletin (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER bulletin_text_no_update BEFORE UPDATE ON bulletin_text
BEGIN
    SELECT RAISE(ABORT, 'bulletin_text is insert-only');
END;

CREATE TRIGGER bulletin_text_no_replace BEFORE INSERT ON bulletin_text
WHEN EXISTS (SELECT 1 FROM bulletin_text WHERE district = new.district AND bulletin = new.bulletin AND language = new.language)
BEGIN
    SELECT RAISE(ABORT, 'bulletin_text is insert-only');
END;

CREATE TRIGGER bulletin_text_no_delete BEFORE DELETE ON bulletin_text
BEGIN
    SELECT RAISE(ABORT, 'bulletin_text is insert-only');
END;
