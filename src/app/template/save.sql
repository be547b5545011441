-- A new reply template (no version), or the next version of one. Whoever may not write for all writes for their department.
-- in: id uuid, version int, department text, purpose text, language text, category text, kind text, title text, text text,
-- valid_from timestamptz, at timestamptz
-- out: body text, etag text
select body, etag
from tiepdan.reply_template_save(:'id', :'version', coalesce(:'department', (select code from tiepdan.department
	where id = tiepdan.caller_department() and not tiepdan.reply_templates_all())), :'purpose', :'language', :'category', :'kind', :'title',
	:'text', :'valid_from', :'at')
