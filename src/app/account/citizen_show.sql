-- What is kept about the citizen who calls; epoch, wrapped and box are the address, sealed.
-- in: none
-- out: id uuid, epoch int, wrapped bytea, box bytea, body text
select id, epoch, wrapped, box, body from tiepdan.citizen_show()
