-- Numbers (文号) of letters and bulletins, from the series of documents; none of those from before.
-- Insert-only.
CREATE TABLE letter_number (
    district TEXT COLLATE "C" NOT NULL,
    letter   BIGINT NOT NULL,
    series   TEXT COLLATE "C" NOT NULL,
    year     BIGINT NOT NULL,
    ordinal  BIGINT NOT NULL CHECK (ordinal > 0),
    PRIMARY KEY (district, letter),
    UNIQUE (district, series, year, ordinal),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
);

CREATE TABLE bulletin_number (
    district TEXT COLLATE "C" NOT NULL,
    bulletin BIGINT NOT NULL,
    series   TEXT COLLATE "C" NOT NULL,
    year     BIGINT NOT NULL,
    ordinal  BIGINT NOT NULL CHECK (ordinal > 0),
    PRIMARY KEY (district, bulletin),
    UNIQUE (district, series, year, ordinal),
    FOREIGN KEY (district, bulletin) REFERENCES bulletin (district, sequence)
);

CREATE TRIGGER letter_number_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON letter_number
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER bulletin_number_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bulletin_number
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- Those from before printed their place in the district: each series goes on behind it, so that no
-- number of a year stands twice.
INSERT INTO document_series (district, series, year, last)
SELECT district, CASE kind WHEN 1 THEN '提示函' ELSE '预警单' END,
    EXTRACT(YEAR FROM to_timestamp(create_time / 1000000 + 28800) AT TIME ZONE 'UTC')::BIGINT,
    MAX(sequence)
FROM letter GROUP BY 1, 2, 3
ON CONFLICT (district, series, year)
DO UPDATE SET last = GREATEST(document_series.last, excluded.last);

INSERT INTO document_series (district, series, year, last)
SELECT district, '通报',
    EXTRACT(YEAR FROM to_timestamp(create_time / 1000000 + 28800) AT TIME ZONE 'UTC')::BIGINT,
    MAX(sequence)
FROM bulletin GROUP BY 1, 2, 3
ON CONFLICT (district, series, year)
DO UPDATE SET last = GREATEST(document_series.last, excluded.last);
