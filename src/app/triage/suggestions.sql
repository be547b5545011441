-- What the word lists suggest for a ticket.
-- in: ticket uuid
-- out: body text
select body from tiepdan.triage_suggestions(:'ticket')
