-- A new draft of a reorganisation (no version), or a changed one.
-- in: id uuid, version int, title text, basis_vi text, basis_en text, day date, steps text, at timestamptz
-- out: body text, etag text
select body, etag
from tiepdan.reorganisation_save(:'id', :'version', :'title', :'basis_vi', :'basis_en', :'day', :'steps'::jsonb, :'at')
