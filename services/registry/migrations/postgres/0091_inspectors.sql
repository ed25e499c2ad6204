-- Who may inspect the subjects of a track (B7).
CREATE TABLE inspector (
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id          TEXT COLLATE "C" NOT NULL,
    uid         TEXT NOT NULL,
    account     TEXT COLLATE "C" NOT NULL,
    label       TEXT NOT NULL,
    series      TEXT COLLATE "C" NOT NULL,
    track       TEXT COLLATE "C" NOT NULL,
    start_date  TEXT COLLATE "C" NOT NULL,
    end_date    TEXT COLLATE "C" CHECK (end_date >= start_date),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
);

CREATE INDEX inspector_series ON inspector (district, series, id);
CREATE INDEX inspector_account ON inspector (district, account, id);
