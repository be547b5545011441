-- Staff link an upload to a ticket of their department.
-- in: ticket uuid, upload uuid, purpose text, at timestamptz, event uuid
-- out: linked text
select tiepdan.ticket_attach(:'ticket', :'upload', :'purpose', :'at', :'event')::text as linked
