-- Since when a district's endpoints are told what a service says, where they were there before that
-- service was listened to: what happened earlier was never promised to them. Registry is heard from
-- here on.
CREATE TABLE event_begin (
    district   TEXT COLLATE "C" NOT NULL,
    service    TEXT COLLATE "C" NOT NULL,
    begin_time BIGINT NOT NULL,
    PRIMARY KEY (district, service)
);

INSERT INTO event_begin (district, service, begin_time)
SELECT DISTINCT district, 'registry', (EXTRACT(EPOCH FROM now()) * 1000000)::BIGINT FROM endpoint;
