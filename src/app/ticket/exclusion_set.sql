-- Replaces those whom staff keep away from a ticket; those whom the server keeps away stay.
-- in: ticket uuid, version int, people uuid[], reasons text[], at timestamptz, event uuid
-- out: body text, etag text
select tiepdan.exclusions_set(:'ticket', :'version', :'people', :'reasons', :'at', :'event') as body, (:'version' + 1)::text as etag
