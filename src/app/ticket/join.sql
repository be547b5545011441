-- Ties a ticket, filed just before, to the one that its citizen joins; what the citizen is told, NULL for a key of another request.
-- in: ticket uuid, once_key bytea, into uuid, at timestamptz, event uuid
-- out: joined text
-- as: definer
select tiepdan.ticket_join(:'ticket', :'once_key', :'into', :'at', :'event') as joined
