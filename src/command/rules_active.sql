-- The sets of rules that are active, as files: that of the routing (no department) first.
-- in: none
-- out: department text, text text, number int, rules int
-- as: owner
select department, text, number, rules from tiepdan.rule_files()
