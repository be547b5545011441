-- Events of a time in the order of time and id, behind one of them: what is hashed of each (event_hash(), migrations/0005_events.sql), and
-- its place in the feed.
-- in: after_us int, after_id uuid, until_us int, limit int
-- out: id uuid, at timestamptz, ticket uuid, type text, actor_kind text, actor uuid, department int, from_state text, to_state text,
-- public_vi text, public_en text, data jsonb, hash bytea, xid int
-- as: owner
select e.id, e.at, e.ticket, e.type, e.actor_kind, e.actor, e.department, e.from_state, e.to_state, e.public_vi, e.public_en, e.data, e.hash, e.xid
from tiepdan.event e
where (e.at, e.id) > (timestamptz 'epoch' + :'after_us'::bigint * interval '1 us', :'after_id'::uuid)
	and e.at < timestamptz 'epoch' + :'until_us'::bigint * interval '1 us'
order by e.at, e.id limit :'limit'
