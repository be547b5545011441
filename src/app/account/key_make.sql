-- Makes a key of a program.
-- in: id uuid, account uuid, name text, roles text[], expires timestamptz
-- out: id uuid, department int, body text
select :'id'::uuid as id, department, body from tiepdan.key_make(:'id', :'account', :'name', :'roles', :'expires')
