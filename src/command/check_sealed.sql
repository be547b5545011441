-- The contacts that were filed first and last, as they are sealed: whether the keys that are there open them. The columns of doctor_record.c.
-- in: none
-- out: ticket text, epoch text, wrapped text, box text
-- as: owner
select ticket::text as ticket, epoch::text as epoch, encode(wrapped, 'hex') as wrapped, encode(box, 'hex') as box
from ((select * from tiepdan.contact where wrapped is not null order by contact.ticket limit 1)
	union all (select * from tiepdan.contact where wrapped is not null order by contact.ticket desc limit 1)) c
