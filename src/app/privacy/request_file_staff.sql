-- Somebody who came or wrote asks something about their data; ticket: NULL: about none. The contact is sealed;
-- phone, email: its keyed indexes.
-- in: id uuid, ticket uuid, channel text, identity text, language text, kind text, text text, at timestamptz, first timestamptz, due timestamptz,
-- epoch int, wrapped bytea, box bytea, commitment bytea, phone bytea, email bytea, event uuid
-- out: body text
select tiepdan.data_request_file_staff(:'id', :'ticket', :'channel', :'identity', :'language', :'kind', :'text', :'at', :'first', :'due', :'epoch',
	:'wrapped', :'box', :'commitment', :'phone', :'email', :'event') as body
