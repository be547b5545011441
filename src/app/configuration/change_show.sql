-- One change with each of its rows before and after.
-- in: id uuid
-- out: body text
select body from tiepdan.configuration_change_show(:'id')
