-- Notes that a migration has run.
-- in: version int, name text, checksum text
-- out: none
-- as: owner
insert into tiepdan.migration (version, name, checksum) values (:version, :'name', :'checksum')
