-- The set of routing rules that is active.
-- in: none
-- out: number int, rules int, text text
-- as: owner
select number::bigint, rules::bigint, text from tiepdan.rule_set where state = 'active' and purpose = 'routing'
