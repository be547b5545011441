-- Asks one colleague (person) or whoever has a role to review the last version of the reply.
-- in: id uuid, ticket uuid, version int, person uuid, role text, at timestamptz, event uuid
-- out: asked text
select tiepdan.review_ask(:'id', :'ticket', :'version', :'person', :'role', :'at', :'event')::text as asked
