-- The partition of running clocks (absent: they are being dated anew), before when what was answered is closed, what other
-- departments are asked for, and for how many days who may object is asked before a publication.
-- in: now timestamptz
-- out: slot int, closed_s int, task text, preview int
-- as: owner
select (select min(slot) from tiepdan.clock_slot where role <> 'empty' having count(*) = 1),
	floor(extract(epoch from tiepdan.window_open_from(:'now', (select value::int from tiepdan.setting where name = 'close_after_days'))))::bigint,
	tiepdan.part_task(tiepdan.city_day(:'now')), (select value from tiepdan.setting where name = 'publication_preview_days')
