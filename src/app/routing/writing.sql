-- What a text of rules has to be read for: that of a set, with it, or a new one that routes or (department) assigns there. No row: no such
-- set.
-- in: id uuid, department text
-- out: purpose text, people text, text text
select purpose, people, text from tiepdan.rule_set_writing(:'id', :'department')
