-- A campaign's placements, page by page.
CREATE INDEX placement_campaign_sequence ON placement (district, campaign, sequence);
