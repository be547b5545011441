-- The citizen links an upload to their ticket.
-- in: number int, generation int, upload uuid, purpose text, replaces bool, at timestamptz, event uuid
-- out: linked text
-- as: definer
select tiepdan.tracking_attach(:'number', :'generation', :'upload', :'purpose', :'replaces', :'at', :'event')::text as linked
