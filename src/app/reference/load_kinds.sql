-- All kinds, for the copy in memory; NULL means that the category decides.
-- in: none
-- out: code text, sight text, visibility text, level text
-- as: definer
select code, sight, visibility, level from tiepdan.kind order by position
