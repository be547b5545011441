-- What suggestions for a ticket are made of, nothing of what is restricted; TD404 when the caller does not see it.
-- in: ticket uuid
-- out: folded text, kind text, area text
select case when restricted then '' else folded end as folded, kind, area from tiepdan.ticket where id = tiepdan.ticket_visible(:'ticket')
