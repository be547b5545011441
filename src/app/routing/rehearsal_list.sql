-- Rehearsals of a set of rules, the newest first, as a page.
-- in: rule_set uuid, after text, limit int
-- out: item text, key text
select item, key from tiepdan.rehearsals_of(:'rule_set', :'after', :'limit')
