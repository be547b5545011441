-- Removes a draft.
-- in: id uuid, version int, event uuid
-- out: dropped bool
select tiepdan.rule_set_drop(:'id', :'version', :'event') as dropped
