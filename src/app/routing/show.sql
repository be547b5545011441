-- One set of rules that the caller may see, its text, and whom it may name.
-- in: id uuid
-- out: body text, etag text, text text, active bool, purpose text, people text
select tiepdan.rule_set_body(s) as body, s.version::text as etag, s.text, s.state = 'active' as active, s.purpose,
	tiepdan.rule_set_people(s.department) as people
from tiepdan.rule_set s where s.id = :'id' and tiepdan.rule_set_seen(s.department)
