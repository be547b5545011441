-- The ladder of alarms, for the copy in memory; NULL in profile means all that have no steps of their own.
-- in: none
-- out: profile text, level int, share int, amount int, unit text
-- as: definer
select profile, level::bigint, share::bigint, amount::bigint, unit from tiepdan.alarm_level order by profile, level
