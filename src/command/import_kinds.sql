-- The kinds of reference data in the order in which they need each other.
-- in: none
-- out: code text
-- as: owner
select code from tiepdan.import_kind order by position
