-- What was filled at once is counted at once; everything else PostgreSQL counts by itself.
ANALYZE owed_receipt;
ANALYZE document_standing;
