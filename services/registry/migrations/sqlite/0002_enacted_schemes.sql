-- An enacted scheme may be superseded; it is never changed, taken back or removed, and no more
-- is what it scores.

CREATE TRIGGER scheme_immutable BEFORE UPDATE ON scheme
WHEN OLD.state <> 1 AND (
    NEW.state < OLD.state
    OR (NEW.district, NEW.id, NEW.uid, NEW.series, NEW.effective_period, NEW.effective_start,
        NEW.document, NEW.supersedes, NEW.digest, NEW.enact_time, NEW.enact_edition,
        NEW.create_time)
    IS NOT (OLD.district, OLD.id, OLD.uid, OLD.series, OLD.effective_period,
        OLD.effective_start, OLD.document, OLD.supersedes, OLD.digest, OLD.enact_time,
        OLD.enact_edition, OLD.create_time)
)
BEGIN
    SELECT RAISE(ABORT, 'an enacted scheme is immutable');
END;

CREATE TRIGGER scheme_kept BEFORE DELETE ON scheme
WHEN OLD.state <> 1
BEGIN
    SELECT RAISE(ABORT, 'an enacted scheme is kept');
END;

-- REPLACE removes the rows in its way without asking the triggers on DELETE, unless the
-- connection has recursive_triggers on: those rows are the one of the same key and, for a
-- scheme in force, the one of its series that is in force.
CREATE TRIGGER scheme_not_replaced BEFORE INSERT ON scheme
WHEN EXISTS (
    SELECT 1 FROM scheme
    WHERE district = NEW.district AND state <> 1
      AND (id = NEW.id OR state = 2 AND NEW.state = 2 AND series = NEW.series)
)
BEGIN
    SELECT RAISE(ABORT, 'an enacted scheme is kept');
END;

CREATE TRIGGER scheme_not_displaced BEFORE UPDATE ON scheme
WHEN EXISTS (
    SELECT 1 FROM scheme
    WHERE district = NEW.district AND state <> 1
      AND (district, id) <> (OLD.district, OLD.id)
      AND (id = NEW.id OR state = 2 AND NEW.state = 2 AND series = NEW.series)
)
BEGIN
    SELECT RAISE(ABORT, 'an enacted scheme is kept');
END;

CREATE TRIGGER scheme_use_not_added BEFORE INSERT ON scheme_use
WHEN EXISTS (
    SELECT 1 FROM scheme
    WHERE state <> 1 AND (district = NEW.district AND id = NEW.scheme)
)
BEGIN
    SELECT RAISE(ABORT, 'what an enacted scheme scores is immutable and kept');
END;

CREATE TRIGGER scheme_use_immutable BEFORE UPDATE ON scheme_use
WHEN EXISTS (
    SELECT 1 FROM scheme
    WHERE state <> 1 AND (district = OLD.district AND id = OLD.scheme
       OR district = NEW.district AND id = NEW.scheme)
)
BEGIN
    SELECT RAISE(ABORT, 'what an enacted scheme scores is immutable and kept');
END;

CREATE TRIGGER scheme_use_kept BEFORE DELETE ON scheme_use
WHEN EXISTS (
    SELECT 1 FROM scheme
    WHERE state <> 1 AND (district = OLD.district AND id = OLD.scheme)
)
BEGIN
    SELECT RAISE(ABORT, 'what an enacted scheme scores is immutable and kept');
END;
