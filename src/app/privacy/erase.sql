-- Erases the contact of a ticket.
-- in: ticket uuid, reason text, event uuid, at timestamptz
-- out: done text
select tiepdan.contact_erase(:'ticket', :'reason', :'event', :'at')::text as done
