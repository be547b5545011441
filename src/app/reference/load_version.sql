-- The version of the reference data: changes with every import.
-- in: none
-- out: version text
-- as: definer
select version::text from tiepdan.reference_version
