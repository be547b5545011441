-- Merges a ticket into another one.
-- in: ticket uuid, version int, into uuid, number int, code text, reason text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.ticket_merge_into(:'ticket', :'version', tiepdan.ticket_meant(:'into', :'number', :'code'), :'reason',
	:'at', :'event')
