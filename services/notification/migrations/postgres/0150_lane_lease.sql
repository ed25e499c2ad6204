-- Who sends along a lane has its lease until `lease_time`; nobody when that is past. Taking a batch so
-- writes one row instead of each that is taken.
ALTER TABLE endpoint ADD COLUMN lease TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE endpoint ADD COLUMN lease_time BIGINT NOT NULL DEFAULT 0;
ALTER TABLE channel ADD COLUMN lease TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE channel ADD COLUMN lease_time BIGINT NOT NULL DEFAULT 0;

-- What waits and what was given up are found by indexes of these alone: nearly all there ever was is
-- delivered, and to be delivered then writes no index but the key's.
CREATE INDEX delivery_waits ON delivery (district, endpoint, next_time, event) WHERE state = 1;
CREATE INDEX delivery_pending ON delivery (district, endpoint, event) WHERE state = 1;
CREATE INDEX delivery_dead ON delivery (district, endpoint, event) WHERE state = 3;
DROP INDEX delivery_due;
DROP INDEX delivery_state;

-- Attempts are written in the transaction that moves their delivery on, beside which asking for it once
-- more cost more than all else.
ALTER TABLE attempt DROP CONSTRAINT attempt_district_endpoint_event_fkey;
