-- The tickets of a disposal, as a page.
-- in: id uuid, after text, limit int
-- out: item text, key text
select item, key from tiepdan.disposal_tickets(:'id', :'after', :'limit')
