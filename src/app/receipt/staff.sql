-- What a receipt is made of, of a ticket that the caller may see.
-- in: ticket uuid
-- out: ticket uuid, at text, id uuid, content text, hash bytea, root text, entries bytea, title text, text text, place text
select ticket, at, id, content, hash, root, entries, title, text, place from tiepdan.receipt_staff(:'ticket')
