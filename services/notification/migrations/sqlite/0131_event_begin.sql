-- Since when a district's endpoints are told what a service says, where they were there before that
-- service was listened to: what happened earlier was never promised to them. Registry is heard from
-- here on.
CREATE TABLE event_begin (
    district   TEXT    NOT NULL,
    service    TEXT    NOT NULL,
    begin_time INTEGER NOT NULL,
    PRIMARY KEY (district, service)
) STRICT, WITHOUT ROWID;

INSERT INTO event_begin (district, service, begin_time)
SELECT DISTINCT district, 'registry', CAST(strftime('%s', 'now') AS INTEGER) * 1000000 FROM endpoint;
