-- Proposes a public version; parallel arrays of what was found in it, of which the first `shown` are shown to everybody who sees it;
-- needs_reader: somebody who may not read contacts has written it, and there is a name that they do not know.
-- in: ticket uuid, version int, title text, question text, answer text, folded_title text, folded text, masked jsonb, masked_whole jsonb,
-- fields text[], kinds text[], offsets int[], lengths int[], pieces text[], shown int, needs_reader bool, at timestamptz,
-- event uuid
-- out: body text, etag text
select body, etag from tiepdan.publication_propose(:'ticket', :'version', :'title', :'question', :'answer', :'folded_title', :'folded',
	:'masked', :'masked_whole', :'fields', :'kinds', :'offsets', :'lengths', :'pieces', :'shown', :'needs_reader', :'at',
	:'event')
