-- The contact that was filed last, as it is sealed: whether the keys that are there open it. The columns of doctor_record.c.
-- in: none
-- out: ticket text, epoch text, wrapped text, box text
-- as: owner
select ticket::text as ticket, epoch::text as epoch, encode(wrapped, 'hex') as wrapped, encode(box, 'hex') as box
from tiepdan.contact where wrapped is not null order by contact.ticket desc limit 1
