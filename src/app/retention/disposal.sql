-- One disposal.
-- in: id uuid
-- out: body text
select tiepdan.disposal_show(:'id') as body
