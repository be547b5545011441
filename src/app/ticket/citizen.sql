-- Links a ticket that is filed in the same transaction with the citizen who calls.
-- in: ticket uuid, at timestamptz
-- out: linked bool
select tiepdan.citizen_file(:'ticket', :'at') as linked
