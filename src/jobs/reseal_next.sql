-- The next sealed records, of which those under an older key than that of `epoch` have the rest; `last`: up to where this has looked, NULL
-- in the last portion. No row: nothing is to be done now.
-- in: epoch int, limit int
-- out: last uuid, factor bool, owner uuid, old int, wrapped bytea, box bytea
-- as: definer
select last, factor, owner, epoch as old, wrapped, box from tiepdan.reseal_next(:'epoch', :'limit')
