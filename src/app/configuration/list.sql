-- The kinds of the configuration in the order in which they need each other, as a page.
-- in: after text, limit int
-- out: item text, key text
select item, key from tiepdan.configuration_list(:'after', :'limit')
