-- Bursts: events with several open tickets, most of them first.
-- in: since timestamptz, after text, limit int
-- out: item text, key text
-- pool: slow
select item, key from tiepdan.alike_clusters(:'since', :'after', :'limit')
