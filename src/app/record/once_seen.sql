-- Replays a key that was seen before, for operations that read in a unit of their own before they change something.
-- in: key bytea, fingerprint bytea
-- out: seen text
-- as: definer
select tiepdan.once_seen(:'key', :'fingerprint')::text as seen
