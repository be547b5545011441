-- What suggestions for a ticket are made of; TD404 when the caller does not see it.
-- in: ticket uuid
-- out: folded text, kind text, area text
select folded, kind, area from tiepdan.ticket where id = tiepdan.ticket_visible(:'ticket')
