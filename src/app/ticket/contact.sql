-- The sealed contact of a ticket; that it was read, by whom and for what, is recorded.
-- in: ticket uuid, purpose text, event uuid
-- out: epoch int, wrapped bytea, box bytea
select epoch, wrapped, box from tiepdan.contact_read(:'ticket', :'purpose', :'event')
