-- Categories whose answers are proved by a file.
-- in: none
-- out: code text
-- as: owner
select code from tiepdan.category where tiepdan.category_evidence(code) <> 'none'
