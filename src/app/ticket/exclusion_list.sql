-- Who must not get a ticket.
-- in: ticket uuid
-- out: body text
select tiepdan.exclusions_of(tiepdan.ticket_visible(:'ticket')) as body
