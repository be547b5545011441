-- Makes a draft the set of rules that counts.
-- in: id uuid, version int, event uuid
-- out: body text, etag text
select body, etag from tiepdan.rule_set_activate(:'id', :'version', :'event')
