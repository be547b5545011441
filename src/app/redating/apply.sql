-- Makes the new dates valid.
-- in: id uuid, event uuid
-- out: body text
select tiepdan.redating_apply(:'id', :'event') as body
