-- The rows of one kind of reference data cell by cell, in the order of these columns.
-- in: kind text, columns text[]
-- out: value text
-- as: owner
select case jsonb_typeof(r.cells->c.name)
	when 'array' then (select string_agg(e, ' ' order by n) from jsonb_array_elements_text(r.cells->c.name) with ordinality x (e, n))
	else r.cells->>c.name end as value
from tiepdan.import_row r, unnest(:'columns') with ordinality c (name, place)
where r.kind = :'kind' order by r.key, c.place
