-- Gives up a re-dating that was not applied.
-- in: id uuid, event uuid
-- out: body text
select tiepdan.redating_drop(:'id', :'event') as body
