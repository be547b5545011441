-- Adds a ticket of which the citizen who calls has shown code and secret.
-- in: number int, generation int, at timestamptz, soon timestamptz
-- out: body text
select body from tiepdan.citizen_ticket_add(:'number', :'generation', :'at', :'soon')
