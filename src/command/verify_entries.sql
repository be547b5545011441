-- Roots that have entries of a time, behind one of them in the order of their last event.
-- in: after_us int, after int, until_us int, limit int
-- out: number int, last_at timestamptz, entries bytea
-- as: owner
select number, last_at, entries
from tiepdan.record_root
where (last_at, number) > (timestamptz 'epoch' + :'after_us'::bigint * interval '1 us', :'after'::bigint)
	and first_at < timestamptz 'epoch' + :'until_us'::bigint * interval '1 us'
order by last_at, number limit :'limit'
