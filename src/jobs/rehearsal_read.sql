-- The next tickets of a rehearsal as they were filed, and where it stands. No row: it is done.
-- in: id uuid, limit int
-- out: filed_to text, ticket_to uuid, filed_at text, ticket uuid, filed_s int, kind text, category text, area text, folded text,
-- language text, channel text, against text
-- as: definer
select filed_to::text, ticket_to, filed_at::text, ticket, filed_s, kind, category, area, folded, language, channel, against
from tiepdan.rehearsal_read(:'id', :'limit')
