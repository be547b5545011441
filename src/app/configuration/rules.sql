-- The text of the active routing rules; NULL when there are none.
-- in: none
-- out: rules text
select (select text from tiepdan.rule_set where state = 'active' and purpose = 'routing') as rules
