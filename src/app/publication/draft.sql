-- What a public version begins with: the words of the ticket and of its answer (NULL: it has none), and the sealed contact of its
-- citizen, whose name is looked for in them; reads_contact: the caller may read it.
-- in: ticket uuid, version int
-- out: title text, question text, answer text, epoch int, wrapped bytea, box bytea, reads_contact bool
select title, question, answer, epoch, wrapped, box, reads_contact from tiepdan.publication_words(:'ticket', :'version')
