-- Whether answers in a category are proved by a file, and how much of a place is published.
-- in: none
-- out: code text, evidence bool, public_point text
-- as: owner
select code, tiepdan.category_evidence(code) <> 'none', public_point from tiepdan.category
