-- Asks a department for its part of the answer.
-- in: id uuid, ticket uuid, version int, department text, task text, at timestamptz, due timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.part_ask(:'id', :'ticket', :'version', :'department', :'task', :'at', :'due', :'event')
