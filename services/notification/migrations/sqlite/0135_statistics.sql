-- SQLite knows nothing of how many rows a table has until somebody counts them, and then goes through all
-- of a district's by the key rather than by the index of a unit. So it is told what a district comes to in
-- years: of 100,000 rows a fifth are of one district, a hundredth of those of one unit. Whoever lets it count
-- (ANALYZE) writes the real numbers over these.
ANALYZE event_begin;

INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT column1, column2, column3 FROM (VALUES
    ('letter', 'letter_period', '100000 20000 1000 1'),
    ('letter', 'letter_kind', '100000 20000 2500 1'),
    ('letter', 'letter_state', '100000 20000 5000 1'),
    ('letter', 'letter_recipient_state', '100000 20000 200 50 1'),
    ('letter', 'letter_recipient', '100000 20000 200 1'),
    ('letter', 'sqlite_autoindex_letter_2', '100000 20000 1'),
    ('letter', 'letter', '100000 20000 1'),
    ('rectification', 'rectification_owed', '10000 2000 10 1'),
    ('rectification', 'rectification_late', '10000 2000 10 1'),
    ('rectification', 'rectification_escalate', '10000 50'),
    ('rectification', 'rectification_due', '100000 20000 5000 25 1'),
    ('rectification', 'rectification_state', '100000 20000 5000 1'),
    ('rectification', 'rectification_recipient', '100000 20000 200 1'),
    ('rectification', 'rectification', '100000 20000 1'),
    ('document', 'document_period', '100000 20000 1000 1'),
    ('document', 'document_kind', '100000 20000 2500 1'),
    ('document', 'sqlite_autoindex_document_3', '100000 20000 1'),
    ('document', 'sqlite_autoindex_document_2', '100000 20000 2000 200 1'),
    ('document', 'document', '100000 20000 1'),
    ('document_recipient', 'document_recipient_unit', '100000 20000 200 1'),
    ('document_recipient', 'document_recipient', '100000 20000 1 1'),
    ('document_standing', 'document_standing_state', '100000 20000 200 50 1'),
    ('document_standing', 'document_standing', '100000 20000 1 1'),
    ('note', 'note_unread', '10000 2000 20 1'),
    ('note', 'note_unit', '100000 20000 200 1'),
    ('note', 'note', '100000 20000 1')
) WHERE column1 NOT IN (SELECT tbl FROM sqlite_stat1);
