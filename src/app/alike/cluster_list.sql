-- Bursts: events with several open tickets, most of them first; so many members of each. What is no burst any more has no item.
-- in: since timestamptz, after text, limit int, members int
-- out: item text, key text
-- pool: slow
select item, key from tiepdan.alike_clusters(:'since', :'after', :'limit', :'members')
