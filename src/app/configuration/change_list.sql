-- Changes of the configuration, the newest first, as a page.
-- in: kind text, from timestamptz, to timestamptz, after text, limit int
-- out: item text, key text
select item, key from tiepdan.configuration_changes(:'kind', :'from', :'to', :'after', :'limit')
