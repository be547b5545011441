-- The next events of the feed, with the text of those that are filings.
-- in: limit int
-- out: after_xid text, after_id uuid, xid text, id uuid, ticket uuid, kind text, folded text
-- as: definer
select after_xid, after_id, xid, id, ticket, kind, folded from tiepdan.triage_next(:'limit')
