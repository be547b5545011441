-- The ladder of alarms: what each level is called and who is told.
-- in: none
-- out: profile text, level int, event text, audiences text
-- as: owner
select profile, level, event, to_jsonb(audiences)::text from tiepdan.alarm_level
