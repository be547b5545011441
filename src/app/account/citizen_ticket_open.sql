-- Opens a ticket of the citizen who calls: what its secret is made of.
-- in: ticket uuid, at timestamptz
-- out: code text, number int, generation int
select code, number, generation from tiepdan.citizen_ticket_open(:'ticket', :'at')
