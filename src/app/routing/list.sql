-- Sets of rules that route, or (department) that assign there, without their texts, the newest first, as a page.
-- in: department text, after text, limit int
-- out: item text, key text
select item, key from tiepdan.rule_sets_of(:'department', :'after', :'limit')
