-- Lists are read page by page in the order of their numbers: what narrows one leads an index that
-- keeps that order.
CREATE INDEX placement_campaign_sequence ON placement (district, campaign, sequence);
CREATE INDEX commitment_unit_sequence ON commitment (district, unit, sequence);
CREATE INDEX commitment_person_sequence ON commitment (district, person, sequence);
CREATE INDEX consequence_period_sequence ON consequence (district, period, sequence);
