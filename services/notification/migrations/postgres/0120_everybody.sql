-- Documents of the kinds that may be for everybody, so that those without a recipient are found
-- among few.
CREATE INDEX document_everybody ON document (district, sequence)
WHERE kind IN (8, 9, 11, 12, 13, 14, 15);
