-- What a ticket is tied to, oldest first.
-- in: ticket uuid, after text, limit int
-- out: item text, key text
select item, key from tiepdan.relations_of(:'ticket', :'after', :'limit')
