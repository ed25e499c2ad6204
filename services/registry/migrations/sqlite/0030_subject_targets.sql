-- A target may be a project's or a post's: `unit` holds a subject's id, which is in one of three
-- tables, so that no foreign key can name it. The table is made anew, since SQLite drops none.
CREATE TABLE target_of_subject (
    district    TEXT    NOT NULL REFERENCES district (district),
    unit        TEXT    NOT NULL,
    indicator   TEXT    NOT NULL,
    period      TEXT    NOT NULL,
    value       TEXT NOT NULL,
    source      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, unit, indicator, period),
    FOREIGN KEY (district, indicator) REFERENCES indicator (district, id),
    FOREIGN KEY (district, period) REFERENCES period (district, id)
) STRICT, WITHOUT ROWID;

INSERT INTO target_of_subject SELECT district, unit, indicator, period, value, source, create_time,
    update_time, revision FROM target;
DROP TABLE target;
ALTER TABLE target_of_subject RENAME TO target;

CREATE INDEX target_period ON target (district, period, unit, indicator);
CREATE INDEX target_indicator ON target (district, indicator, unit, period);
