-- Proposes a public version; parallel arrays of what was found in it.
-- in: ticket uuid, version int, title text, question text, answer text, folded_title text, folded text, masked jsonb, fields text[],
-- kinds text[], offsets int[], lengths int[], pieces text[], at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.publication_propose(:'ticket', :'version', :'title', :'question', :'answer', :'folded_title', :'folded',
	:'masked', :'fields', :'kinds', :'offsets', :'lengths', :'pieces', :'at', :'event')
