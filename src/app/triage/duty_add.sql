-- Puts a person on duty.
-- in: id uuid, account uuid, from timestamptz, until timestamptz, at timestamptz
-- out: written text
select tiepdan.duty_add(:'id', :'account', :'from', :'until', :'at')::text as written
