-- All versions of a reply template, the last one first.
-- in: id uuid
-- out: body text, etag text
select json_build_object('versions', json_agg(tiepdan.reply_template_item(x) || jsonb_build_object('text', x.text)
		order by x.version desc))::text as body, max(x.version)::text as etag
from tiepdan.reply_template x where x.id = :'id'
group by x.id
