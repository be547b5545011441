-- Says that somebody will be away.
-- in: id uuid, account uuid, from timestamptz, until timestamptz, deputy uuid, at timestamptz, event uuid
-- out: made text
select tiepdan.absence_make(:'id', :'account', :'from', :'until', :'deputy', :'at', :'event')::text as made
