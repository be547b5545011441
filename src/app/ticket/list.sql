-- The queue: tickets the caller sees, due soonest first (open ones before the rest) or filed last first. The four
-- branches are one page each in the order of one index; the first condition of each says whether it is the one wanted.
-- in: states text[], kind text, category text, area text, level text, standing text, holder text, mine bool, sort text,
-- now timestamptz, after text, limit int
-- out: item text, key text
with wish as materialized (
	select case when :'holder' <> 'any' then coalesce((select id from tiepdan.department where code = :'holder'), -1)
			when tiepdan.caller_sees_all() = '{}' then tiepdan.caller_department() end as holder,
		coalesce(:'sort', 'due') = 'due' as by_due,
		coalesce((select bool_or(not open) from tiepdan.state where code = any (:'states')), false) as done,
		coalesce(cardinality(:'states'), 0) = 0 as any_state,
		case when :'standing' = 'due_soon' then :'now' when :'standing' = 'in_time' then tiepdan.soon_after(:'now')
			when :'standing' = 'no_clock' then 'infinity' else '-infinity' end as due_from,
		case when :'standing' = 'overdue' then :'now' when :'standing' = 'due_soon' then tiepdan.soon_after(:'now')
			else 'infinity' end as due_to,
		tiepdan.soon_after(:'now') as soon,
		coalesce(nullif(split_part(:'after', '|', 1), '')::boolean, false) as after_done,
		coalesce(nullif(split_part(:'after', '|', 2), '')::timestamptz,
			case when coalesce(:'sort', 'due') = 'due' then '-infinity' else 'infinity' end::timestamptz) as after_at,
		coalesce(nullif(split_part(:'after', '|', 3), '')::uuid, case when coalesce(:'sort', 'due') = 'due'
			then '00000000-0000-0000-0000-000000000000' else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end::uuid) as after_id),
seen as not materialized (
	select * from tiepdan.ticket t
	where tiepdan.may_see(t.sight, t.holder, (select tiepdan.caller_sees_all()), (select tiepdan.caller_sees_own()),
			(select tiepdan.caller_department()))
		and ((select any_state from wish) or t.state = any (:'states')) and (:'kind' is null or t.kind = :'kind')
		and (:'category' is null or t.category = :'category'
			or t.category = any (array(select code from tiepdan.category where parent = :'category')))
		and (:'area' is null or t.area = :'area') and (:'level' is null or t.level = :'level')
		and (not coalesce(:'mine', false) or t.person = (select tiepdan.caller_account()))
		and (:'standing' is null or (t.due_at >= (select due_from from wish)
			and (t.due_at < (select due_to from wish) or :'standing' = 'no_clock')))),
page as (
	(select t.* from seen t
	where (select by_due and holder is not null from wish) and t.holder = (select holder from wish) and t.done <= (select done from wish)
		and (t.done, t.due_at, t.id) > ((select after_done from wish), (select after_at from wish), (select after_id from wish))
	order by t.done, t.due_at, t.id limit :'limit' + 1)
	union all
	(select t.* from seen t
	where (select by_due and holder is null from wish) and t.done <= (select done from wish)
		and (t.done, t.due_at, t.id) > ((select after_done from wish), (select after_at from wish), (select after_id from wish))
	order by t.done, t.due_at, t.id limit :'limit' + 1)
	union all
	(select t.* from seen t
	where (select not by_due and holder is not null from wish) and t.holder = (select holder from wish)
		and t.done <= (select done from wish)
		and (t.filed_at, t.id) < ((select after_at from wish), (select after_id from wish))
	order by t.filed_at desc, t.id desc limit :'limit' + 1)
	union all
	(select t.* from seen t
	where (select not by_due and holder is null from wish) and t.done <= (select done from wish)
		and (t.filed_at, t.id) < ((select after_at from wish), (select after_id from wish))
	order by t.filed_at desc, t.id desc limit :'limit' + 1))
select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', tiepdan.named(c.code, c.name_vi, c.name_en),
		'area', tiepdan.named(a.code, a.name_vi, a.name_en), 'title', t.title, 'level', t.level, 'visibility', t.visibility,
		'state', t.state, 'holder', json_build_object('department', tiepdan.named(d.code, d.name_vi, d.name_en), 'person',
			(select json_build_object('id', p.id, 'name', p.name) from tiepdan.account p where p.id = t.person)),
		'due_at', tiepdan.instant(t.due_at), 'standing', tiepdan.standing(t.outcome, t.due_at, :'now', wish.soon),
		'filed_at', tiepdan.instant(t.filed_at), 'version', t.version)::text as item,
	concat_ws('|', t.done, case when wish.by_due then t.due_at else t.filed_at end, t.id) as key
from wish, page t
	join tiepdan.category c on c.code = t.category join tiepdan.department d on d.id = t.holder
	left join tiepdan.area a on a.code = t.area
order by case when wish.by_due then t.done end, case when wish.by_due then t.due_at end, case when wish.by_due then t.id end,
	t.filed_at desc, t.id desc
