-- The checksum with which a migration has run; no row: it has not.
-- in: version int
-- out: checksum text
-- as: owner
select checksum from tiepdan.migration where version = :version
