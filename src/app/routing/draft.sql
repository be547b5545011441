-- The text of a set of rules that the caller may see, what it is for, and whom it may name.
-- in: id uuid
-- out: number int, text text, purpose text, people text
select s.number::bigint, s.text, s.purpose, tiepdan.rule_set_people(s.department) as people
from tiepdan.rule_set s where s.id = :'id' and tiepdan.rule_set_seen(s.department)
