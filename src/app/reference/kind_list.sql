-- Kinds of tickets, by their position.
-- in: after text, limit int
-- out: item text, key text
select json_build_object('code', code, 'name_vi', name_vi, 'name_en', name_en)::text as item, position::text as key
from tiepdan.kind where position > coalesce(:'after', '0')::int order by position limit :'limit' + 1
