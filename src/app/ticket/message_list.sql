-- The messages of a ticket and of those that were merged into it, oldest first.
-- in: ticket uuid, after text, limit int
-- out: item text, key text
select item, key from tiepdan.timeline_of(:'ticket', :'after', :'limit')
