-- The publication of a ticket, for staff.
-- in: ticket uuid
-- out: body text, etag text
select body, etag from tiepdan.publication_show(:'ticket')
