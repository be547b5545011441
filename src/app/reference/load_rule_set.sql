-- The set of routing rules that is active, for the copy in memory.
-- in: none
-- out: id uuid, number int, text text
-- as: definer
select id, number::bigint, text from tiepdan.rule_set where state = 'active' and purpose = 'routing'
