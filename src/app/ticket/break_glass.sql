-- Lets this session read a ticket for a while that the caller does not see.
-- in: ticket uuid, reason text, event uuid, at timestamptz
-- out: body text
select body from tiepdan.glass_break(:'ticket', :'reason', :'event', :'at')
