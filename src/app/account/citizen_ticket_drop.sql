-- Takes a ticket off the list of the citizen who calls.
-- in: ticket uuid
-- out: dropped text
select tiepdan.citizen_ticket_drop(:'ticket')::text as dropped
