-- First in a unit that reads a list of a ticket: TD404 when the caller does not see it. A statement of its own, because a plan
-- that finds no rows may never ask.
-- in: ticket uuid
-- out: visible uuid
select tiepdan.ticket_visible(:'ticket') as visible
