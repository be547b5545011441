-- All kinds, for the copy in memory; NULL means that the category decides.
-- in: none
-- out: code text, sight text, visibility text, level text, emergency_numbers text
-- as: definer
select code, sight, visibility, level, to_json(emergency_numbers)::text as emergency_numbers from tiepdan.kind order by position
