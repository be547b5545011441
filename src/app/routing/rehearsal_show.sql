-- One rehearsal: how far it is, and what it has found.
-- in: id uuid
-- out: body text
select tiepdan.rehearsal_body(r) as body from tiepdan.rehearsal r where r.id = :'id'
