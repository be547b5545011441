-- The personal data of a ticket are processed again.
-- in: ticket uuid, event uuid, at timestamptz
-- out: done text
select tiepdan.ticket_restriction_lift(:'ticket', :'event', :'at')::text as done
