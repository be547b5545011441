-- People of the caller's department with what they have and can take, by login; oneself alone for those who do not assign.
-- in: now timestamptz, after text, limit int
-- out: item text, key text
select item, key from tiepdan.staff_list(:'now', :'after', :'limit')
