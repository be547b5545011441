-- Confirms that a finding may be read by everybody.
-- in: ticket uuid, finding uuid, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.publication_confirm(:'ticket', :'finding', :'at', :'event')
