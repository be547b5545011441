-- The next events of the feed; with the last one of a ticket come the texts that it is searched by.
-- in: limit int
-- out: after_xid text, after_id uuid, xid text, id uuid, ticket uuid, title text, text text, place text, said text
-- as: definer
select after_xid, after_id, xid, id, ticket, title, text, place, said from tiepdan.search_next(:'limit')
