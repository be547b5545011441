-- Asks for a rehearsal of a set of rules; its body.
-- in: id uuid, rule_set uuid, tickets int, event uuid
-- out: body text
select tiepdan.rehearsal_ask(:'id', :'rule_set', :'tickets', :'event') as body
