-- The second factor that waits for its first code.
-- in: none
-- out: epoch int, wrapped bytea, box bytea, login text
select epoch, wrapped, box, login from tiepdan.second_factor_waiting()
