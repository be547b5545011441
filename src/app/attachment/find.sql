-- One file, for those who see its ticket or the one that it was merged into.
-- in: ticket uuid, id uuid
-- out: state text, type text, name text, bytes int, hash text, thumbnail text
select state, type, name, bytes, encode(hash, 'hex') as hash, encode(thumbnail, 'hex') as thumbnail
from tiepdan.attachment_seen(:'ticket', :'id')
