-- How long a ticket is kept, and what stands in the way of its end.
-- in: ticket uuid
-- out: body text
select tiepdan.retention_show(:'ticket') as body
