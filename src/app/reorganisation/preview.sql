-- What would move, and what is wrong.
-- in: id uuid, now timestamptz
-- out: body text
-- pool: slow
select tiepdan.reorganisation_preview(:'id', :'now') as body
