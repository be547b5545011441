-- Stores what was learned of these events: parallel arrays of tickets, and of the counts that change.
-- in: after_xid text, after_id uuid, xid text, id uuid, read int, tickets uuid[], categories text[], departments text[],
-- witnesses int[], grams text[], gram_categories text[], gram_witnesses int[], counts int[]
-- out: learned int
-- as: definer
select tiepdan.suggestion_learn(:'after_xid', :'after_id', :'xid', :'id', :'read', :'tickets', :'categories', :'departments',
	:'witnesses', :'grams', :'gram_categories', :'gram_witnesses', :'counts') as learned
