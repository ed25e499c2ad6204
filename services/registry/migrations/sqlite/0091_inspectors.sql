-- Who may inspect the subjects of a track (B7).
CREATE TABLE inspector (
    district    TEXT NOT NULL REFERENCES district (district),
    id          TEXT NOT NULL,
    uid         TEXT NOT NULL,
    account     TEXT NOT NULL,
    label       TEXT NOT NULL,
    series      TEXT NOT NULL,
    track       TEXT NOT NULL,
    start_date  TEXT NOT NULL,
    end_date    TEXT CHECK (end_date >= start_date),
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX inspector_series ON inspector (district, series, id);
CREATE INDEX inspector_account ON inspector (district, account, id);
