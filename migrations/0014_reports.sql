-- Reports count every ticket, whoever may see it: they show figures, no tickets.
set local search_path = tiepdan, public;

-- The 2x2 over tickets filed in the local days from .. to, as it stood at p_as_of: answered on time, answered late, open
-- in time, open overdue; tickets without an answer clock in a fifth column. A ticket counts for the department that held
-- it when its answer clock stopped, else for the holder. The last row, with key NULL, is the total.
create function report_sla(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, answered_on_time bigint, answered_late bigint, open_in_time bigint,
	open_overdue bigint, no_clock bigint, total bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform caller_needs('report');
	return query
	with filed as (
		select case p_by when 'department' then (select code from department where id = case
					when c.stop_at <= p_as_of then c.holder
					else coalesce((select h.department from holding h where h.ticket = t.id and h.since <= p_as_of
						and (h.until is null or h.until > p_as_of) limit 1), t.holder) end)
				when 'category' then t.category else coalesce(t.area, '') end as key,
			case when c.ticket is null then 'no_clock'
				when c.stop_at <= p_as_of then case when c.stop_at <= c.due_at then 'answered_on_time' else 'answered_late' end
				when c.due_at >= p_as_of then 'open_in_time' else 'open_overdue' end as cell
		from ticket t left join clock c on c.ticket = t.id and c.kind = 'answer' and c.round = 1
		where t.filed_at >= p_from::timestamp at time zone p_zone and t.filed_at < (p_to + 1)::timestamp at time zone p_zone
			and t.filed_at <= p_as_of),
	counted as (
		select key, count(*) filter (where cell = 'answered_on_time') as n1, count(*) filter (where cell = 'answered_late') as n2,
			count(*) filter (where cell = 'open_in_time') as n3, count(*) filter (where cell = 'open_overdue') as n4,
			count(*) filter (where cell = 'no_clock') as n5, count(*) as n
		from filed group by grouping sets ((key), ()))
	select c.key, coalesce(d.name_vi, g.name_vi, a.name_vi, case c.key when '' then 'Không rõ địa bàn' end),
		coalesce(d.name_en, g.name_en, a.name_en, case c.key when '' then 'No area' end), n1, n2, n3, n4, n5, n
	from counted c
		left join department d on p_by = 'department' and d.code = c.key
		left join category g on p_by = 'category' and g.code = c.key
		left join area a on p_by = 'area' and a.code = c.key
	order by c.key nulls last;
end $$;
