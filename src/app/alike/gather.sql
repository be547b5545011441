-- Merges many tickets into one, each for itself: body has an outcome for each. sqlstates and problems: what one may be refused for.
-- in: ticket uuid, version int, ids uuid[], numbers int[], codes text[], events uuid[], reason text, at timestamptz, sqlstates text[],
-- problems text[]
-- out: body text, etag text
-- pool: slow
select body, etag from tiepdan.tickets_gather(:'ticket', :'version', :'ids', :'numbers', :'codes', :'events', :'reason', :'at', :'sqlstates',
	:'problems')
