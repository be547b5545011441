-- Makes the set of rules that was active before this one active again; that one.
-- in: id uuid, version int, event uuid
-- out: body text, etag text
select body, etag from tiepdan.rule_set_take_back(:'id', :'version', :'event')
