-- The next root behind a number that has entries of a time.
-- in: after int, from_us int, until_us int
-- out: number int, entries bytea
-- as: owner
select number, entries from tiepdan.record_root
where number > :'after' and last_at >= timestamptz 'epoch' + :'from_us'::bigint * interval '1 us'
	and first_at < timestamptz 'epoch' + :'until_us'::bigint * interval '1 us'
order by number limit 1
