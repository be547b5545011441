-- Asks for a re-dating of the clocks that run; its body.
-- in: id uuid, reason text, policies bool, event uuid
-- out: body text
select tiepdan.redating_ask(:'id', :'reason', :'policies', :'event') as body
