-- Ledger: polls (S4, H3, S10), each with its form as one JSON text.
CREATE TABLE poll (
    district       TEXT    NOT NULL,
    poll           TEXT    NOT NULL,
    display_name   TEXT    NOT NULL,
    kind           INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
    indicator      TEXT    NOT NULL,
    period         TEXT    NOT NULL,
    form           TEXT    NOT NULL,
    smallest_group INTEGER NOT NULL CHECK (smallest_group >= 2),
    create_time    INTEGER NOT NULL,
    PRIMARY KEY (district, poll)
) STRICT, WITHOUT ROWID;

CREATE INDEX poll_period ON poll (district, period, poll);

-- Ledger: polls that are counted.
CREATE TABLE poll_close (
    district   TEXT    NOT NULL,
    poll       TEXT    NOT NULL,
    close_time INTEGER NOT NULL,
    PRIMARY KEY (district, poll)
) STRICT, WITHOUT ROWID;

-- What became of each rater group's ballots; stands still once the poll is closed.
CREATE TABLE turnout (
    district     TEXT    NOT NULL,
    poll         TEXT    NOT NULL,
    rater_group  TEXT    NOT NULL,
    issued_count INTEGER NOT NULL CHECK (issued_count >= 0),
    cast_count   INTEGER NOT NULL CHECK (cast_count BETWEEN 0 AND issued_count),
    void_count   INTEGER NOT NULL CHECK (void_count BETWEEN 0 AND cast_count),
    PRIMARY KEY (district, poll, rater_group)
) STRICT, WITHOUT ROWID;

-- Tokens that are out, by digest. One that is used is forgotten: there is no list of who cast.
-- `own` holds the subjects that its holder may not rate, parted by spaces.
CREATE TABLE ballot_token (
    district    TEXT NOT NULL,
    poll        TEXT NOT NULL,
    digest      TEXT NOT NULL,
    rater_group TEXT NOT NULL,
    own         TEXT NOT NULL,
    PRIMARY KEY (district, poll, digest)
) STRICT, WITHOUT ROWID;

-- Marks of valid ballots while they are taken. A ballot adds to these counts and stands nowhere:
-- no row is a ballot, none has a time or a place in an order.
CREATE TABLE ballot_count (
    district    TEXT    NOT NULL,
    poll        TEXT    NOT NULL,
    rater_group TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    mark        TEXT    NOT NULL,
    ballots     INTEGER NOT NULL CHECK (ballots > 0),
    PRIMARY KEY (district, poll, rater_group, unit, mark)
) STRICT, WITHOUT ROWID;

-- Ledger: the counts of closed polls.
CREATE TABLE tally (
    district    TEXT    NOT NULL,
    poll        TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    rater_group TEXT    NOT NULL,
    mark        TEXT    NOT NULL,
    ballots     INTEGER NOT NULL CHECK (ballots > 0),
    PRIMARY KEY (district, poll, unit, rater_group, mark)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER poll_update BEFORE UPDATE ON poll
BEGIN SELECT RAISE(ABORT, 'poll is insert-only'); END;
CREATE TRIGGER poll_delete BEFORE DELETE ON poll
BEGIN SELECT RAISE(ABORT, 'poll is insert-only'); END;
CREATE TRIGGER poll_replace BEFORE INSERT ON poll
WHEN EXISTS (SELECT 1 FROM poll WHERE district = NEW.district AND poll = NEW.poll)
BEGIN SELECT RAISE(ABORT, 'poll is insert-only'); END;
CREATE TRIGGER poll_close_update BEFORE UPDATE ON poll_close
BEGIN SELECT RAISE(ABORT, 'poll_close is insert-only'); END;
CREATE TRIGGER poll_close_delete BEFORE DELETE ON poll_close
BEGIN SELECT RAISE(ABORT, 'poll_close is insert-only'); END;
CREATE TRIGGER poll_close_replace BEFORE INSERT ON poll_close
WHEN EXISTS (SELECT 1 FROM poll_close WHERE district = NEW.district AND poll = NEW.poll)
BEGIN SELECT RAISE(ABORT, 'poll_close is insert-only'); END;
CREATE TRIGGER tally_update BEFORE UPDATE ON tally
BEGIN SELECT RAISE(ABORT, 'tally is insert-only'); END;
CREATE TRIGGER tally_delete BEFORE DELETE ON tally
BEGIN SELECT RAISE(ABORT, 'tally is insert-only'); END;
CREATE TRIGGER tally_replace BEFORE INSERT ON tally
WHEN EXISTS (SELECT 1 FROM tally WHERE district = NEW.district AND poll = NEW.poll AND unit = NEW.unit AND rater_group = NEW.rater_group AND mark = NEW.mark)
BEGIN SELECT RAISE(ABORT, 'tally is insert-only'); END;

-- A ballot that was counted is not uncounted, and a closed poll takes none.
CREATE TRIGGER turnout_update BEFORE UPDATE ON turnout
WHEN NEW.cast_count < OLD.cast_count OR NEW.void_count < OLD.void_count
    OR EXISTS (SELECT 1 FROM poll_close c WHERE c.district = NEW.district AND c.poll = NEW.poll)
BEGIN SELECT RAISE(ABORT, 'turnout only grows while the poll is open'); END;
CREATE TRIGGER turnout_delete BEFORE DELETE ON turnout
BEGIN SELECT RAISE(ABORT, 'turnout only grows while the poll is open'); END;
CREATE TRIGGER turnout_insert BEFORE INSERT ON turnout
WHEN EXISTS (SELECT 1 FROM poll_close c WHERE c.district = NEW.district AND c.poll = NEW.poll)
BEGIN SELECT RAISE(ABORT, 'turnout only grows while the poll is open'); END;
CREATE TRIGGER ballot_count_update BEFORE UPDATE ON ballot_count
WHEN NEW.ballots <= OLD.ballots OR EXISTS (SELECT 1 FROM poll_close c WHERE c.district = NEW.district AND c.poll = NEW.poll)
BEGIN SELECT RAISE(ABORT, 'ballot_count only grows while the poll is open'); END;
CREATE TRIGGER ballot_count_insert BEFORE INSERT ON ballot_count
WHEN EXISTS (SELECT 1 FROM poll_close c WHERE c.district = NEW.district AND c.poll = NEW.poll)
BEGIN SELECT RAISE(ABORT, 'ballot_count only grows while the poll is open'); END;
CREATE TRIGGER ballot_count_delete BEFORE DELETE ON ballot_count
WHEN NOT EXISTS (SELECT 1 FROM poll_close c WHERE c.district = OLD.district AND c.poll = OLD.poll)
BEGIN SELECT RAISE(ABORT, 'ballot_count only grows while the poll is open'); END;
