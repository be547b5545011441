-- Coded reasons of refuse and redirect that are in force, by their position.
-- in: after text, limit int
-- out: item text, key text
select json_build_object('code', code, 'action', action, 'text_vi', text_vi, 'text_en', text_en, 'basis_vi', basis_vi,
		'basis_en', basis_en)::text as item, position::text as key
from tiepdan.refusal_reason
where position > coalesce(:'after', '0')::int and current_date >= coalesce(valid_from, '-infinity')
	and current_date < coalesce(valid_to, 'infinity')
order by position limit :'limit' + 1
