-- One set of routing rules, and its text.
-- in: id uuid
-- out: body text, etag text, text text
select tiepdan.rule_set_body(s) as body, s.version::text as etag, s.text
from tiepdan.rule_set s where s.id = :'id' and s.purpose = 'routing'
