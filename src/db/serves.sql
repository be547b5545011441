-- The first that is asked over each connection: refused (TD701, TD702) when a program that knows so many migrations cannot serve this schema.
-- in: known int
-- out: served text
-- as: definer
select tiepdan.serves(:'known')::text as served
