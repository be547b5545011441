-- The parts of the caller's department that wait, due first, or those that have ended.
-- in: ended bool, after text, limit int
-- out: item text, key text
select item, key from tiepdan.part_list(:'ended', :'after', :'limit')
