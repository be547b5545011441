-- Stores the answer to a new reply template under the Idempotency-Key that this unit has claimed.
-- in: key bytea, id uuid
-- out: finished text
select tiepdan.once_finish(:'key', 201, (select (tiepdan.reply_template_item(x) || jsonb_build_object('text', x.text))::text
	from tiepdan.reply_template x where x.id = :'id'))::text as finished
