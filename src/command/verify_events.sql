-- Events of a time in the order of time and id, behind one of them: what is hashed of each, as event_hash() (migrations/0005_events.sql)
-- does, written out, because whoever could change rows could change that function, too; and whether it should be under a root by now, or is of no
-- transaction that there was.
-- in: after_us int, after_id uuid, until_us int, limit int
-- out: at_us int, id uuid, content text, hash bytea, due bool
-- as: owner
select (extract(epoch from e.at) * 1000000)::bigint as at_us, e.id,
	jsonb_build_array(e.id, (extract(epoch from e.at) * 1000000)::bigint, e.ticket, e.type, e.actor_kind, e.actor, e.department, e.from_state,
		e.to_state, e.public_vi, e.public_en, e.data)::text as content, e.hash,
	(e.xid, e.id) <= (c.xid, c.id) or e.xid >= pg_snapshot_xmax(pg_current_snapshot()) as due
from tiepdan.event e cross join tiepdan.record_cursor c
where (e.at, e.id) > (timestamptz 'epoch' + :'after_us'::bigint * interval '1 us', :'after_id'::uuid)
	and e.at < timestamptz 'epoch' + :'until_us'::bigint * interval '1 us'
order by e.at, e.id limit :'limit'
