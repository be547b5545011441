-- Tags, and flags for the hub, that rules gave to tickets, among those that are filed in the same transaction.
-- in: tickets uuid[], names text[], flags bool[]
-- out: marked int
-- as: definer
select tiepdan.ticket_mark(:'tickets', :'names', :'flags') as marked
