-- Who is on duty from now on.
-- in: now timestamptz, after text, limit int
-- out: item text, key text
select item, key from tiepdan.duty_list(:'now', :'after', :'limit')
