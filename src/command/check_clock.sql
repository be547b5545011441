-- The clock of the database in milliseconds since 1970.
-- in: none
-- out: ms int
-- as: owner
select (extract(epoch from clock_timestamp()) * 1000)::bigint
