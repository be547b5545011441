-- Records a change that is no move.
-- in: event uuid, ticket uuid, type text, data jsonb
-- out: recorded text
select tiepdan.record_write(:'event', :'ticket', :'type', :'data')::text as recorded
