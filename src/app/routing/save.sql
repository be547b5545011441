-- A new draft of rules (no version), or another text of one, with what it names.
-- in: id uuid, version int, purpose text, department text, title text, text text, rules int, whats text[], codes text[], in_rules text[],
-- effects bool[], lines int[], event uuid
-- out: body text, etag text
select body, etag
from tiepdan.rule_set_save(:'id', :'version', :'purpose', :'title', :'text', :'rules', :'whats', :'codes', :'in_rules', :'effects', :'lines',
	:'event', :'department')
