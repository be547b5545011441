-- A new upload, if there is room for it.
-- in: id uuid, form bool, size int, name text, address bytea, site bytea, at timestamptz
-- out: begun text
-- as: definer
select tiepdan.upload_begin(:'id', :'form', :'size', :'name', :'address', :'site', :'at')::text as begun
