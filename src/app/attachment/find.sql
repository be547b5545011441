-- One file, for those who see its ticket.
-- in: ticket uuid, id uuid
-- out: state text, type text, name text, bytes int, hash text, thumbnail text
select state, type, name, bytes, encode(hash, 'hex') as hash, encode(thumbnail, 'hex') as thumbnail
from tiepdan.attachment
where id = :'id' and ticket = :'ticket'
