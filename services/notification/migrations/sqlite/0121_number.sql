-- Numbers (文号) of letters and bulletins, from the series of documents; none of those from before.
-- Insert-only.
CREATE TABLE letter_number (
    district TEXT    NOT NULL,
    letter   INTEGER NOT NULL,
    series   TEXT    NOT NULL,
    year     INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL CHECK (ordinal > 0),
    PRIMARY KEY (district, letter),
    UNIQUE (district, series, year, ordinal),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE bulletin_number (
    district TEXT    NOT NULL,
    bulletin INTEGER NOT NULL,
    series   TEXT    NOT NULL,
    year     INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL CHECK (ordinal > 0),
    PRIMARY KEY (district, bulletin),
    UNIQUE (district, series, year, ordinal),
    FOREIGN KEY (district, bulletin) REFERENCES bulletin (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER letter_number_no_update BEFORE UPDATE ON letter_number
BEGIN
    SELECT RAISE(ABORT, 'letter_number is insert-only');
END;

CREATE TRIGGER letter_number_no_replace BEFORE INSERT ON letter_number
WHEN EXISTS (SELECT 1 FROM letter_number WHERE district = new.district AND letter = new.letter)
  OR EXISTS (SELECT 1 FROM letter_number
             WHERE district = new.district AND series = new.series AND year = new.year AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'letter_number is insert-only');
END;

CREATE TRIGGER letter_number_no_delete BEFORE DELETE ON letter_number
BEGIN
    SELECT RAISE(ABORT, 'letter_number is insert-only');
END;

CREATE TRIGGER bulletin_number_no_update BEFORE UPDATE ON bulletin_number
BEGIN
    SELECT RAISE(ABORT, 'bulletin_number is insert-only');
END;

CREATE TRIGGER bulletin_number_no_replace BEFORE INSERT ON bulletin_number
WHEN EXISTS (SELECT 1 FROM bulletin_number WHERE district = new.district AND bulletin = new.bulletin)
  OR EXISTS (SELECT 1 FROM bulletin_number
             WHERE district = new.district AND series = new.series AND year = new.year AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'bulletin_number is insert-only');
END;

CREATE TRIGGER bulletin_number_no_delete BEFORE DELETE ON bulletin_number
BEGIN
    SELECT RAISE(ABORT, 'bulletin_number is insert-only');
END;

-- Those from before printed their place in the district: each series goes on behind it, so that no
-- number of a year stands twice.
INSERT INTO document_series (district, series, year, last)
SELECT district, CASE kind WHEN 1 THEN '提示函' ELSE '预警单' END,
    CAST(strftime('%Y', create_time / 1000000 + 28800, 'unixepoch') AS INTEGER), MAX(sequence)
FROM letter WHERE true GROUP BY 1, 2, 3
ON CONFLICT (district, series, year) DO UPDATE SET last = MAX(document_series.last, excluded.last);

INSERT INTO document_series (district, series, year, last)
SELECT district, '通报',
    CAST(strftime('%Y', create_time / 1000000 + 28800, 'unixepoch') AS INTEGER), MAX(sequence)
FROM bulletin WHERE true GROUP BY 1, 2, 3
ON CONFLICT (district, series, year) DO UPDATE SET last = MAX(document_series.last, excluded.last);
