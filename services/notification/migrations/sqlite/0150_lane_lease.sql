-- Who sends along a lane has its lease until `lease_time`; nobody when that is past. Taking a batch so
-- writes one row instead of each that is taken.
ALTER TABLE endpoint ADD COLUMN lease TEXT NOT NULL DEFAULT '';
ALTER TABLE endpoint ADD COLUMN lease_time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channel ADD COLUMN lease TEXT NOT NULL DEFAULT '';
ALTER TABLE channel ADD COLUMN lease_time INTEGER NOT NULL DEFAULT 0;

-- What waits and what was given up are found by indexes of these alone: nearly all there ever was is
-- delivered, and to be delivered then writes no index but the key's.
CREATE INDEX delivery_waits ON delivery (district, endpoint, next_time, event) WHERE state = 1;
CREATE INDEX delivery_pending ON delivery (district, endpoint, event) WHERE state = 1;
CREATE INDEX delivery_dead ON delivery (district, endpoint, event) WHERE state = 3;
DROP INDEX delivery_due;
DROP INDEX delivery_state;

-- SQLite would go through all there ever was by the key; see 0135. Of a million a thousand wait, or are dead.
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT column1, column2, column3 FROM (VALUES
    ('delivery', 'delivery_waits', '1000 200 20 20 1'),
    ('delivery', 'delivery_pending', '1000 200 20 1'),
    ('delivery', 'delivery_dead', '1000 200 20 1'),
    ('delivery', 'delivery', '1000000 200000 20000 1')
) WHERE column1 NOT IN (SELECT tbl FROM sqlite_stat1);
