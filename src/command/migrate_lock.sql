-- One migration run at a time; held until the connection ends. False: another one is at it.
-- in: none
-- out: locked bool
-- as: owner
select pg_try_advisory_lock(hashtextextended('tiepdan migrate', 0)) as locked
