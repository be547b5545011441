-- One file, for the citizen.
-- in: number int, generation int, id uuid
-- out: state text, type text, name text, bytes int, hash text, thumbnail text
-- as: definer
select state, type, name, bytes, encode(hash, 'hex') as hash, encode(thumbnail, 'hex') as thumbnail
from tiepdan.attachment_tracked(:'number', :'generation', :'id')
