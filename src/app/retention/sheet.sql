-- What a disposal has destroyed, with the salt of each code that the caller may know.
-- in: id uuid
-- out: code text, kind text, department text, class text, until text, salt uuid, commitment text
-- pool: slow
select code, kind, department, class, until::text as until, salt, commitment from tiepdan.disposal_sheet(:'id')
