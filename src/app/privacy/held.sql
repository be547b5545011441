-- What is held about who filed: the sealed contact, and in body when it was erased and who has read it.
-- in: number int, generation int
-- out: ticket uuid, epoch int, wrapped bytea, box bytea, body text
-- as: definer
select ticket, epoch, wrapped, box, body from tiepdan.contact_held(:'number', :'generation')
