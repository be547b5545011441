-- What a public version begins with: the words of the ticket and of its answer (NULL: it has none), what the citizen wrote besides, and
-- the sealed contact, whose name is looked for in the version; reads_contact: the caller may read it; erased:
-- there was one.
-- in: ticket uuid, version int
-- out: title text, question text, answer text, messages text, epoch int, wrapped bytea, box bytea, reads_contact bool, erased bool
select title, question, answer, messages, epoch, wrapped, box, reads_contact, erased from tiepdan.publication_source(:'ticket', :'version')
