-- The rules that are active, that of the routing (no department) first.
-- in: none
-- out: department text, text text, number int
select department, text, number from tiepdan.configuration_rules()
