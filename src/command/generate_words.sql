-- Adds what was counted of the words of generated tickets: parallel arrays.
-- in: words text[], tickets int[]
-- out: none int
-- as: owner
with counted as (
	insert into tiepdan.search_word as s (word, tickets) select * from unnest(:'words'::text[], :'tickets'::bigint[])
	on conflict (word) do update set tickets = s.tickets + excluded.tickets)
select 1
