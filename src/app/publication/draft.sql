-- What a public version begins with: the words of the ticket and of its answer (NULL: it has none).
-- in: ticket uuid, version int
-- out: title text, question text, answer text
select title, question, answer from tiepdan.publication_draft(:'ticket', :'version')
