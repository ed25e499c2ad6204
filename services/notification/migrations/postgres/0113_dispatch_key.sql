-- A letter goes to a contact once, and is held once for each role in each unit that it is for: of ten
-- units without a contact each has its own.
CREATE UNIQUE INDEX dispatch_source ON dispatch (district, source, unit, role, contact);
CREATE UNIQUE INDEX dispatch_goal ON dispatch (district, source, unit, contact) WHERE contact <> '';
ALTER TABLE dispatch DROP CONSTRAINT dispatch_district_source_contact_key;
