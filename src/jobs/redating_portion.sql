-- Running clocks with what their dates are made of, by ticket.
-- in: id uuid, after uuid, until uuid, limit int
-- out: ticket uuid, kind text, round int, mark int, holder int, policy int, unit text, amount int, extension int, calendar text,
-- start_s int, due_us int, waits bool, parked bool, pauses bool, alarm_level int
-- as: definer
select ticket, kind, round, mark, holder, policy, unit, amount, extension, calendar, start_s, due_us, waits, parked, pauses, alarm_level
from tiepdan.redating_portion(:'id', coalesce(:'after', '00000000-0000-0000-0000-000000000000'), :'until', :'limit')
