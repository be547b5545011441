-- What sounds like danger to life, for the copy in memory: phrases with their weight, and without a phrase what is told then, as a
-- JSON object, and from which weight on. Days since 1970-01-01.
-- in: none
-- out: phrase text, weight int, valid_from int, valid_to int, told text
-- as: definer
select phrase, weight, valid_from, valid_to, told from tiepdan.danger_lists()
