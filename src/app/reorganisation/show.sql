-- One reorganisation.
-- in: id uuid
-- out: body text, etag text
select tiepdan.reorganisation_body(r) as body, r.version::text as etag from tiepdan.reorganisation r where r.id = :'id'
