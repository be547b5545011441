-- What the reference data lacks, in one line; empty when nothing.
-- in: none
-- out: fault text
-- as: owner
select concat_ws('; ',
	case when not exists (select from tiepdan.department where hub) then 'no department is the hub' end,
	case when not exists (select from tiepdan.category) then 'there are no categories' end,
	case when not exists (select from tiepdan.policy) then 'there are no policies' end,
	case when not exists (select from tiepdan.calendar_day where day > current_date) then
		'the calendar has no announced day off after today' end)
