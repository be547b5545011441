-- A ticket as staff see it, but for its clocks.
-- in: ticket uuid
-- out: body text, etag text
select body, etag from tiepdan.ticket_told(:'ticket') where etag is not null
