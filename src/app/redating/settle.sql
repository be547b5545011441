-- Gives the old dates up before their time.
-- in: id uuid, event uuid
-- out: body text
select tiepdan.redating_make_final(:'id', :'event') as body
