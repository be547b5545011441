-- Replaces those whom staff keep away from a ticket; those whom the server keeps away stay.
-- in: ticket uuid, people uuid[], reasons text[], at timestamptz, event uuid
-- out: body text
select tiepdan.exclusions_set(:'ticket', :'people', :'reasons', :'at', :'event') as body
