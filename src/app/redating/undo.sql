-- Takes the new dates back.
-- in: id uuid, event uuid
-- out: body text
select tiepdan.redating_undo(:'id', :'event') as body
