-- What a channel gave up is found in its order by an index of these alone.
CREATE INDEX dispatch_dead ON dispatch (district, channel, sequence) WHERE state = 3;

-- SQLite would go through all there ever was by the key; see 0135. Of a million a thousand are dead.
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT column1, column2, column3 FROM (VALUES
    ('dispatch', 'dispatch_dead', '1000 200 20 1'),
    ('dispatch', 'dispatch_source', '1000000 200000 3 2 2 1'),
    ('dispatch', 'dispatch_goal', '1000000 200000 3 2 1'),
    ('dispatch', 'dispatch_due', '1000000 200000 20000 5000 2 1'),
    ('dispatch', 'dispatch_unit', '1000000 200000 2000 500 1'),
    ('dispatch', 'dispatch_state', '1000000 200000 50000 1'),
    ('dispatch', 'dispatch_contact', '1000000 200000 2000 500'),
    ('dispatch', 'dispatch_text', '1000000 200000 2'),
    ('dispatch', 'dispatch_channel', '1000000 200000 20000 1'),
    ('dispatch', 'dispatch_receiver', '1000000 200000 2000 1'),
    ('dispatch', 'dispatch', '1000000 200000 1')
) WHERE column1 NOT IN (SELECT tbl FROM sqlite_stat1);
