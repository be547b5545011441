-- A new reply template (no version), or the next version of one.
-- in: id uuid, version int, department text, purpose text, language text, category text, kind text, title text, text text,
-- valid_from timestamptz, at timestamptz
-- out: body text, etag text
select body, etag
from tiepdan.reply_template_save(:'id', :'version', :'department', :'purpose', :'language', :'category', :'kind', :'title', :'text',
	:'valid_from', :'at')
