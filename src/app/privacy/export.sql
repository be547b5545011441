-- Tickets of a person with all that is held, by keyed indexes, behind one of them; each is an event of the ticket. events: their ids, and so the
-- most that there are; one more row, without a body, where there are more.
-- in: phone bytea, email bytea, after uuid, purpose text, events uuid[], now timestamptz, soon timestamptz
-- out: ticket uuid, epoch int, wrapped bytea, box bytea, body text
-- pool: slow
select ticket, epoch, wrapped, box, body from tiepdan.personal_data_export(:'phone', :'email', :'after', :'purpose', :'events', :'now', :'soon')
