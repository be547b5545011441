-- Lets go of a ticket that was held.
-- in: ticket uuid, event uuid, at timestamptz
-- out: done text
select tiepdan.ticket_release(:'ticket', :'event', :'at')::text as done
