-- Says how much somebody can take, and of what.
-- in: account uuid, version int, capacity int, skills text[], languages text[], at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.work_profile_set(:'account', :'version', :'capacity', :'skills', :'languages', :'at', :'event')
