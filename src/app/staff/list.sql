-- People of the caller's department by login, with what they have and can take; for those who do not assign oneself alone with that.
-- in: now timestamptz, after text, limit int
-- out: item text, key text
select item, key from tiepdan.staff_list(:'now', :'after', :'limit')
