-- Events of a time in the order of time and id: what is hashed of each (event_hash(), migrations/0005_events.sql), and its place in the feed.
-- in: from_us int, until_us int
-- out: id uuid, at timestamptz, ticket uuid, type text, actor_kind text, actor uuid, department int, from_state text, to_state text,
-- public_vi text, public_en text, data jsonb, hash bytea, xid int
-- as: owner
select e.id, e.at, e.ticket, e.type, e.actor_kind, e.actor, e.department, e.from_state, e.to_state, e.public_vi, e.public_en, e.data, e.hash, e.xid
from tiepdan.event e
where e.at >= timestamptz 'epoch' + :'from_us'::bigint * interval '1 us' and e.at < timestamptz 'epoch' + :'until_us'::bigint * interval '1 us'
order by e.at, e.id
