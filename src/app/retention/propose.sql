-- Proposes to destroy what is due; its body.
-- in: id uuid, day date, after uuid, class text, department text, reason text, event uuid
-- out: body text
-- pool: slow
select tiepdan.disposal_propose(:'id', :'day', :'after', :'class', :'department', :'reason', :'event') as body
