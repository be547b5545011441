-- Who typed a ticket, filed just before, in the name of its author.
-- in: ticket uuid, at timestamptz, event uuid
-- out: taken_down text
select tiepdan.ticket_take_down(:'ticket', :'at', :'event')::text as taken_down
