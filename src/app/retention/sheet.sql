-- What a disposal has destroyed, in the order of the hash.
-- in: id uuid
-- out: code text, kind text, department text, class text, until text
-- pool: slow
select code, kind, department, class, until::text as until from tiepdan.disposal_sheet(:'id')
