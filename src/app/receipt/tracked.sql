-- The same for the citizen.
-- in: number int, generation int
-- out: ticket uuid, at text, id uuid, content text, hash bytea, root text, entries bytea, title text, text text, place text
-- as: definer
select ticket, at, id, content, hash, root, entries, title, text, place from tiepdan.receipt_tracked(:'number', :'generation')
