-- One re-dating.
-- in: id uuid
-- out: body text
select tiepdan.redating_body(id) as body from tiepdan.redating where id = :'id'
