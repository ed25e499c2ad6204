-- Ledger: polls (S4, H3, S10), each with its form as one JSON text.
CREATE TABLE poll (
    district       TEXT COLLATE "C" NOT NULL,
    poll           TEXT COLLATE "C" NOT NULL,
    display_name   TEXT NOT NULL,
    kind           BIGINT NOT NULL CHECK (kind IN (1, 2, 3)),
    indicator      TEXT COLLATE "C" NOT NULL,
    period         TEXT COLLATE "C" NOT NULL,
    form           TEXT NOT NULL,
    smallest_group BIGINT NOT NULL CHECK (smallest_group >= 2),
    create_time    BIGINT NOT NULL,
    PRIMARY KEY (district, poll)
);

CREATE INDEX poll_period ON poll (district, period, poll);

-- Ledger: polls that are counted.
CREATE TABLE poll_close (
    district   TEXT COLLATE "C" NOT NULL,
    poll       TEXT COLLATE "C" NOT NULL,
    close_time BIGINT NOT NULL,
    PRIMARY KEY (district, poll)
);

-- What became of each rater group's ballots; stands still once the poll is closed.
CREATE TABLE turnout (
    district     TEXT COLLATE "C" NOT NULL,
    poll         TEXT COLLATE "C" NOT NULL,
    rater_group  TEXT COLLATE "C" NOT NULL,
    issued_count BIGINT NOT NULL CHECK (issued_count >= 0),
    cast_count   BIGINT NOT NULL CHECK (cast_count BETWEEN 0 AND issued_count),
    void_count   BIGINT NOT NULL CHECK (void_count BETWEEN 0 AND cast_count),
    PRIMARY KEY (district, poll, rater_group)
);

-- Tokens that are out, by digest. One that is used is forgotten: there is no list of who cast.
-- `own` holds the subjects that its holder may not rate, parted by spaces.
CREATE TABLE ballot_token (
    district    TEXT COLLATE "C" NOT NULL,
    poll        TEXT COLLATE "C" NOT NULL,
    digest      TEXT COLLATE "C" NOT NULL,
    rater_group TEXT COLLATE "C" NOT NULL,
    own         TEXT NOT NULL,
    PRIMARY KEY (district, poll, digest)
);

-- Marks of valid ballots while they are taken. A ballot adds to these counts and stands nowhere:
-- no row is a ballot, none has a time or a place in an order.
CREATE TABLE ballot_count (
    district    TEXT COLLATE "C" NOT NULL,
    poll        TEXT COLLATE "C" NOT NULL,
    rater_group TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    mark        TEXT COLLATE "C" NOT NULL,
    ballots     BIGINT NOT NULL CHECK (ballots > 0),
    PRIMARY KEY (district, poll, rater_group, unit, mark)
);

-- Ledger: the counts of closed polls.
CREATE TABLE tally (
    district    TEXT COLLATE "C" NOT NULL,
    poll        TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    rater_group TEXT COLLATE "C" NOT NULL,
    mark        TEXT COLLATE "C" NOT NULL,
    ballots     BIGINT NOT NULL CHECK (ballots > 0),
    PRIMARY KEY (district, poll, unit, rater_group, mark)
);

CREATE TRIGGER poll_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON poll
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER poll_close_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON poll_close
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER tally_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tally
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- A ballot that was counted is not uncounted, and a closed poll takes none.
CREATE FUNCTION only_while_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed BOOLEAN;
BEGIN
    closed := EXISTS (SELECT 1 FROM poll_close c
        WHERE c.district = COALESCE(NEW.district, OLD.district)
            AND c.poll = COALESCE(NEW.poll, OLD.poll));
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'ballot_count' AND closed THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'DELETE' OR closed THEN
        RAISE EXCEPTION '% only grows while the poll is open', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows while the poll is open', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER turnout_while_open BEFORE INSERT OR UPDATE OR DELETE ON turnout
    FOR EACH ROW EXECUTE FUNCTION only_while_open();
CREATE TRIGGER turnout_grows BEFORE UPDATE ON turnout FOR EACH ROW
    WHEN (NEW.cast_count < OLD.cast_count OR NEW.void_count < OLD.void_count)
    EXECUTE FUNCTION only_grows();
CREATE TRIGGER turnout_truncate BEFORE TRUNCATE ON turnout
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER ballot_count_while_open BEFORE INSERT OR UPDATE OR DELETE ON ballot_count
    FOR EACH ROW EXECUTE FUNCTION only_while_open();
CREATE TRIGGER ballot_count_grows BEFORE UPDATE ON ballot_count FOR EACH ROW
    WHEN (NEW.ballots <= OLD.ballots) EXECUTE FUNCTION only_grows();
CREATE TRIGGER ballot_count_truncate BEFORE TRUNCATE ON ballot_count
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
