-- One migration run at a time; held until the connection ends.
-- in: none
-- out: locked int
-- as: owner
select 1 as locked from pg_advisory_lock(hashtextextended('tiepdan migrate', 0))
