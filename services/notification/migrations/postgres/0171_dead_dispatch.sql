-- What a channel gave up is found in its order by an index of these alone.
CREATE INDEX dispatch_dead ON dispatch (district, channel, sequence) WHERE state = 3;
