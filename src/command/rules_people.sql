-- Whom the rules of a department may name: logins, one a line.
-- in: department text
-- out: people text
-- as: owner
select tiepdan.rule_set_people(tiepdan.rule_set_department(:'department')) as people
