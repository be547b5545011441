-- Says how much somebody can take, and of what.
-- in: account uuid, capacity int, skills text[], languages text[], at timestamptz, event uuid
-- out: body text
select tiepdan.work_profile_set(:'account', :'capacity', :'skills', :'languages', :'at', :'event') as body
