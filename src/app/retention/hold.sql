-- Keeps a ticket whatever its class says.
-- in: ticket uuid, reason text, event uuid, at timestamptz
-- out: done text
select tiepdan.ticket_hold(:'ticket', :'reason', :'event', :'at')::text as done
