-- The files of a ticket and of those that were merged into it.
-- in: ticket uuid, after text, limit int
-- out: item text, key text
select item, key from tiepdan.attachments_of(:'ticket', :'after', :'limit')
