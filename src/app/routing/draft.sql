-- The text of a set of routing rules.
-- in: id uuid
-- out: number int, text text
select s.number::bigint, s.text from tiepdan.rule_set s where s.id = :'id' and s.purpose = 'routing'
