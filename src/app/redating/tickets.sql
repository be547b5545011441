-- Clocks that get another date by a re-dating, as a page.
-- in: redating uuid, after text, limit int
-- out: item text, key text
-- pool: slow
select item, key from tiepdan.redating_tickets(:'redating', :'after', :'limit')
