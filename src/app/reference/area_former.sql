-- Units of before whose name begins so, each with the units of today.
-- in: name text, folded text
-- out: body text
select json_build_object('items', coalesce(json_agg(item::json order by place), '[]'))::text as body
from tiepdan.former_areas(:'name', :'folded')
