-- Reorganisations: "on 1 July X and Y become Z". What was before becomes what through the table lineage; a reorganisation is data that is
-- previewed, and then carried out in one transaction. Units end and begin by their dates, so that everything that names one that has
-- ended (a rule, a category, a bookmark) finds its heir; what somebody holds (open tickets, parts, people, texts) moves on the day.
-- History stays: closed tickets, events and holdings keep the names of their time.
--
-- Old names of communes, by which citizens still know where they live, stand in area_former.
set local search_path = tiepdan, public;

insert into setting values
	('reorganisation_at_once', 5000, 'so many open tickets move in the transaction of a reorganisation; the job worker moves the others right after it');

-- --- lineage -------------------------------------------------------------------------------------------------------------

create table reorganisation (
	id         uuid not null,
	title      text not null,
	basis_vi   text not null,
	basis_en   text not null,
	day        date not null,
	steps      jsonb not null,
	state      text not null default 'draft',
	version    bigint not null default 1,
	made_at    timestamptz not null,
	made_by    uuid not null,
	decided_at timestamptz,
	decided_by uuid,
	moved_at   timestamptz,
	moved      jsonb,
	constraint reorganisation_pk primary key (id),
	constraint reorganisation_made_by_fk foreign key (made_by) references account,
	constraint reorganisation_decided_by_fk foreign key (decided_by) references account,
	constraint reorganisation_state check (state in ('draft', 'scheduled', 'applied', 'dropped')),
	constraint reorganisation_title_length check (char_length(title) between 5 and 200),
	constraint reorganisation_basis_length check (char_length(basis_vi) between 5 and 500 and char_length(basis_en) between 5 and 500),
	constraint reorganisation_steps check (jsonb_typeof(steps) = 'array' and jsonb_array_length(steps) between 1 and 50),
	constraint reorganisation_decided check ((state = 'draft') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
	constraint reorganisation_moved check ((state = 'applied') = (moved_at is not null) and (moved_at is null) = (moved is null))
);
create index reorganisation_newest on reorganisation (made_at, id);
comment on table reorganisation is 'draft -> scheduled (its rows are written) -> applied (what was open has moved); or dropped before.';
comment on column reorganisation.steps is
	'array of {what: department|category|area, from: codes, to: [{code, or a new unit with names}], choices: [{to, category|area|person}]};
the first of `to` is the principal successor';
comment on column reorganisation.decided_at is 'when it was scheduled, applied or dropped';
comment on column reorganisation.moved is 'how much moved';

create table lineage (
	what           text not null,
	old            text not null,
	new            text not null,
	since          date not null,
	position       int not null,
	category       text,
	area           text,
	note           text,
	reorganisation uuid,
	constraint lineage_key unique nulls not distinct (what, old, new, category, area),
	constraint lineage_reorganisation_fk foreign key (reorganisation) references reorganisation,
	constraint lineage_what check (what in ('department', 'category', 'area')),
	constraint lineage_other check (old <> new),
	constraint lineage_choice check (num_nonnulls(category, area) <= 1)
);
create index lineage_new on lineage (what, new);
create index lineage_of on lineage (reorganisation);
comment on table lineage is 'Which units became which. A department''s successor is the principal one of several.';
comment on column lineage.position is '1 is the principal successor; the others in the order in which their choices are tried';
comment on column lineage.category is 'this successor has what is about this category or one below it; or, likewise, in this area';

-- The dates and the successor of a unit that became another, or came of one, are the reorganisation's: an older file of units, or whoever
-- writes them otherwise, does not undo it.
create function reorganised_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if current_setting('tiepdan.reorganising', true) is distinct from 'on'
		and exists (select from lineage where what = tg_table_name and new.code in (lineage.old, lineage.new)) then
		raise exception 'a reorganisation has set when it begins and ends' using errcode = 'check_violation', constraint = 'reorganised_unit',
			detail = format('a reorganisation has set when %s begins and ends, and who comes after it', new.code);
	end if;
	return new;
end $$;
create trigger reorganised_stays before update on department for each row
	when ((old.valid_from, old.valid_to, old.successor) is distinct from (new.valid_from, new.valid_to, new.successor))
	execute function reorganised_stays();
create trigger reorganised_stays before update on category for each row
	when ((old.valid_from, old.valid_to) is distinct from (new.valid_from, new.valid_to)) execute function reorganised_stays();
create trigger reorganised_stays before update on area for each row
	when ((old.valid_from, old.valid_to) is distinct from (new.valid_from, new.valid_to)) execute function reorganised_stays();
insert into import_phrase values (-11, '^breaks the rule reorganised_unit: .* when (\S+) begins.*$',
	'ngày bắt đầu, ngày kết thúc và đơn vị kế thừa của \1 do một lần sắp xếp tổ chức quy định');

-- What exists of each kind, and when.
create view reference_unit as
	select 'department' as what, code, name_vi, name_en, valid_from, valid_to from department
	union all select 'category', code, name_vi, name_en, valid_from, valid_to from category
	union all select 'area', code, name_vi, name_en, valid_from, valid_to from area;

-- Rows of reference data are never removed (0002): a unit of a reorganisation that was dropped ended before all time. Its code may be
-- used again.
create function never() returns date language sql immutable parallel safe as $$ select date '0001-01-01' $$;

-- The unit of the first choice that a ticket of this category and area meets; NULL: none, so the principal one.
create function choice_met(p_choices jsonb, p_category text, p_area text) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	if coalesce(jsonb_array_length(p_choices), 0) = 0 then
		return null;
	end if;
	return (
		with recursive c as (
			select p_category as code union select g.parent from c join category g on g.code = c.code where g.parent is not null),
		a as (
			select p_area as code union select x.parent from a join area x on x.code = a.code where x.parent is not null)
		select v.value->>'to' from jsonb_array_elements(p_choices) with ordinality v (value, n)
			where v.value->>'category' in (select code from c) or v.value->>'area' in (select code from a) order by v.n limit 1);
end $$;

-- Who has what a department had, on this day: itself while it is valid, else its successors, by their choices. NULL: nobody. The same
-- as city_heir() (civil/city.h).
create function heir(p_department bigint, p_category text, p_area text, p_day date) returns bigint language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	d department;
	v_next bigint := p_department;
begin
	for steps in 0 .. 100 loop
		select * into d from department where id = v_next;
		exit when d.id is null;
		if p_day >= coalesce(d.valid_from, '-infinity') and p_day < coalesce(d.valid_to, 'infinity') then
			return d.id;
		end if;
		v_next := coalesce((select id from department where code = choice_met((
				select jsonb_agg(jsonb_build_object('to', new, 'category', category, 'area', area) order by position)
				from lineage where what = 'department' and old = d.code and num_nonnulls(category, area) = 1), p_category, p_area)),
			d.successor);
	end loop;
	return null;
end $$;

-- As in 0049, with all successors of a department that was split.
create or replace function department_denounced(p_ticket uuid, p_department bigint) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from ticket_against where ticket = p_ticket) then
		return false;
	end if;
	return exists (
		with recursive own as (
			select id, parent from department where id = p_department
			union select d.id, d.parent from own o join department d on d.id = o.parent),
		named as (
			select department as id from ticket_against where ticket = p_ticket
			union select s.id from named n join department d on d.id = n.id cross join lateral (
				select d.successor as id where d.successor is not null
				union all select x.id from lineage l join department x on x.code = l.new where l.what = 'department' and l.old = d.code) s)
		select from own join named using (id));
end $$;

-- For the copy in memory.
create function lineage_list() returns table (before bigint, after bigint, category text, area text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query
	select o.id, n.id, l.category, l.area from lineage l join department o on o.code = l.old join department n on n.code = l.new
	where l.what = 'department' order by o.id, l.position;
end $$;

-- --- reading the steps ---------------------------------------------------------------------------------------------------

-- Not put in the place of their call: what a plan guesses of lists in JSON would be far too much.
create function steps_old(p_steps jsonb) returns table (step int, what text, code text, ord int) language sql immutable parallel safe
rows 10 set search_path = tiepdan, pg_temp as $$
	select s.n::int, s.value->>'what', f.code, f.n::int
	from jsonb_array_elements(p_steps) with ordinality s (value, n), jsonb_array_elements_text(s.value->'from') with ordinality f (code, n)
$$;
-- `made`: the unit begins with this reorganisation, in the likeness of `like_code`.
create function steps_new(p_steps jsonb) returns table (step int, what text, code text, ord int, made boolean, unit jsonb, like_code text)
language sql immutable parallel safe rows 10 set search_path = tiepdan, pg_temp as $$
	select s.n::int, s.value->>'what', t.value->>'code', t.n::int, t.value ? 'name_vi' or t.value ? 'name_en', t.value, s.value->'from'->>0
	from jsonb_array_elements(p_steps) with ordinality s (value, n), jsonb_array_elements(s.value->'to') with ordinality t (value, n)
$$;
create function steps_choices(p_steps jsonb) returns table (step int, what text, code text, ord int, category text, area text, person uuid)
language sql immutable parallel safe rows 10 set search_path = tiepdan, pg_temp as $$
	select s.n::int, s.value->>'what', c.value->>'to', c.n::int, c.value->>'category', c.value->>'area', (c.value->>'person')::uuid
	from jsonb_array_elements(p_steps) with ordinality s (value, n), jsonb_array_elements(s.value->'choices') with ordinality c (value, n)
$$;

-- How many routing rules in force name a unit. They go on to name it: its heir is found when a ticket is routed.
create function naming_rules(p_code text) returns bigint language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select count(distinct (n.rule_set, n.rule)) from rule_set s join rule_set_name n on n.rule_set = s.id
		where s.state = 'active' and n.what in ('department', 'category', 'area') and n.code = p_code);
end $$;

create table reorganisation_fault (
	code    text not null,
	stops   boolean not null,
	text_vi text not null,
	text_en text not null,
	constraint reorganisation_fault_pk primary key (code)
);
comment on table reorganisation_fault is 'What a preview tells. stops: it cannot be applied.';
insert into reorganisation_fault values
	('past_day', true, 'Ngày có hiệu lực đã qua', 'The day has passed'),
	('unknown_unit', true, 'Mã không tồn tại', 'There is no such code'),
	('ended_unit', true, 'Đơn vị đã kết thúc hoặc đã có ngày kết thúc', 'It has ended, or its end is set already'),
	('not_begun', true, 'Đơn vị chưa bắt đầu vào ngày này', 'It has not begun by that day'),
	('twice', true, 'Mã có hai lần', 'The code stands there twice'),
	('circle', true, 'Đơn vị kế thừa cũng kết thúc trong cùng lần sắp xếp', 'The successor ends by the same reorganisation'),
	('code_taken', true, 'Mã của đơn vị mới đã được dùng', 'The code of the new unit is in use'),
	('name_missing', true, 'Đơn vị mới phải có tên bằng cả hai ngôn ngữ', 'A new unit needs its name in both languages'),
	('successor_below', true, 'Đơn vị kế thừa nằm dưới một đơn vị kết thúc', 'The successor stands below a unit that ends'),
	('hub_ends', true, 'Trung tâm điều phối không thể kết thúc: trước hết chuyển vai trò cho đơn vị khác',
		'The hub cannot end: another department has to become the hub first'),
	('nobody_impartial', true, 'Có phiếu tố cáo hoặc khiếu nại mà sau sắp xếp không còn cơ quan nào khách quan để giải quyết',
		'Of a denunciation or complaint, everybody who could deal with it would be whom it is against'),
	('bad_choice', true, 'Lựa chọn phải nêu một đơn vị kế thừa của bước này và đúng một lĩnh vực, địa bàn hoặc người',
		'A choice names a successor of its step, and one of category, area and person'),
	('other_hours', false, 'Giờ làm việc khác: thời hạn đang chạy giữ nguyên ngày, thời hạn bắt đầu sau đó tính theo lịch của đơn vị mới',
		'Other office hours: clocks that run keep their dates, those that begin afterwards count by the calendar of the new department'),
	('nobody_accepts', false, 'Ở đơn vị kế thừa chưa có ai tiếp nhận được phiếu', 'Nobody at the successor can accept tickets'),
	('committee_stays', false, 'Ủy ban của địa bàn này không kết thúc trong cùng lần sắp xếp',
		'The committee that governs this area does not end by the same reorganisation'),
	('rules_name_it', false, 'Quy tắc phân tuyến nêu mã này và sẽ không còn được áp dụng: cần thay bằng mã mới',
		'Routing rules name this code and will not be met any more: they have to name the new one'),
	('policies_name_it', false, 'Chính sách thời hạn nêu mã này và sẽ không còn được áp dụng cho phiếu mới',
		'Policies name this code and will not be met by new tickets any more');

-- Units that do not exist, or not on the day, or are used twice.
create function reorganisation_unit_faults(p_steps jsonb, p_day date) returns table (step int, unit text, fault text)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	with known as (select * from reference_unit where valid_to is distinct from never()),
	old as (select o.*, k.code as known, k.valid_from, k.valid_to from steps_old(p_steps) o left join known k using (what, code)),
	new as (select n.*, k.code as known, k.valid_from, k.valid_to from steps_new(p_steps) n left join known k using (what, code)),
	named as (
		select step, 'department' as what, unit->>'parent' as code from new where what = 'department'
		union all select step, 'area', unit->>'area' from new where what = 'department' and not exists (
			select from new a where a.what = 'area' and a.made and a.code = new.unit->>'area')
		union all select step, 'category', category from steps_choices(p_steps) union all select step, 'area', area from steps_choices(p_steps))
	select step, code, 'unknown_unit' from old where known is null
	union all select step, code, 'ended_unit' from old where valid_to is not null
	union all select step, code, 'not_begun' from old where valid_from >= p_day and valid_to is null
	union all select max(step), code, 'twice' from old group by what, code having count(*) > 1
	union all select step, code, case when known is null then 'unknown_unit' when valid_to <= p_day then 'ended_unit'
		when valid_from > p_day then 'not_begun' end
		from new where not made and (known is null or valid_to <= p_day or valid_from > p_day)
	union all select step, code, 'code_taken' from new where made and known is not null
	union all select max(step), code, 'code_taken' from new where made group by what, code having count(*) > 1
	union all select step, code, 'twice' from new group by step, code having count(*) > 1
	union all select step, code, 'name_missing' from new where made and not (unit ? 'name_vi' and unit ? 'name_en')
	union all select step, code, 'circle' from new where exists (select from old where old.what = new.what and old.code = new.code)
	union all select step, code, 'unknown_unit' from named where code is not null
		and not exists (select from known where known.what = named.what and known.code = named.code);
end $$;

-- Whether a department is one of these or stands below one.
create function stands_below(p_department bigint, p_tops bigint[]) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (
		with recursive own as (
			select id, parent from department where id = p_department
			union select d.id, d.parent from own o join department d on d.id = o.parent)
		select from own where id = any (p_tops));
end $$;
-- Whether everybody who could have a ticket after these steps would be whom it is against: nobody above who gets it, nor the hub, is not.
-- The same as department_denounced() and heir_impartial() once the rows are written.
create function nobody_impartial(t ticket, p_steps jsonb, p_day date) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_old bigint[] := array(select d.id from steps_old(p_steps) o join department d on o.what = 'department' and d.code = o.code);
	v_named bigint[] := array(
		with recursive named as (
			select department as id from ticket_against where ticket = t.id
			union select s.id from named n join department d on d.id = n.id cross join lateral (
				select d.successor as id where d.successor is not null
				union all select x.id from lineage l join department x on x.code = l.new where l.what = 'department' and l.old = d.code
				union all select x.id from steps_old(p_steps) o join steps_new(p_steps) w using (step) join department x on x.code = w.code
					where o.what = 'department' and o.code = d.code) s)
		select id from named);
	v_heir bigint := t.holder;
begin
	if not stands_below((select id from department where hub), v_named)
		or not (t.holder = any (v_old) or stands_below(t.holder, v_named)) then
		return false;
	end if;
	-- Who stands above a department that begins is asked in its place: nobody of it can be sure yet.
	v_heir := coalesce((select coalesce(x.id, (select id from department where code = n.unit->>'parent'), d.parent)
		from steps_old(p_steps) o join department d on d.code = o.code join steps_new(p_steps) n using (step)
			left join department x on x.code = n.code and not n.made
		where o.what = 'department' and d.id = t.holder
		order by n.code is not distinct from choice_met(p_steps->(o.step - 1)->'choices', t.category, t.area) desc, n.ord limit 1), v_heir);
	for steps in 1 .. 100 loop
		exit when v_heir is null;
		if v_heir <> all (v_old) and not stands_below(v_heir, v_named) and heir(v_heir, null, null, p_day) = v_heir then
			return false;
		end if;
		v_heir := (select parent from department where id = v_heir);
	end loop;
	return true;
end $$;

-- Everything that is wrong with the steps, or worth a thought. department_staffed() of two arguments came with 0060.
create function reorganisation_faults(p_steps jsonb, p_day date, p_now timestamptz) returns table (step int, unit text, fault text)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select 0, null::text, 'past_day'::text where p_day < city_day(p_now);
	return query select 0, null::text, 'nobody_impartial'::text
		where exists (select from ticket t where t.id = any (tickets_against()) and nobody_impartial(t, p_steps, p_day));
	return query select distinct * from reorganisation_unit_faults(p_steps, p_day) f;
	return query
	with old as (select o.*, d.id, d.hub, department_calendar(d.id) as calendar from steps_old(p_steps) o
			left join department d on o.what = 'department' and d.code = o.code),
	new as (select n.*, d.id, p.id as above, coalesce(unit->>'calendar', case when n.made then department_calendar(x.id)
			else department_calendar(d.id) end) as calendar
		from steps_new(p_steps) n left join department d on n.what = 'department' and d.code = n.code
			left join department p on p.code = n.unit->>'parent' left join department x on x.code = n.like_code)
	select c.step, c.code, 'bad_choice' from steps_choices(p_steps) c
		where num_nonnulls(c.category, c.area, c.person) <> 1 or c.what <> 'department'
			or not exists (select from new n where n.step = c.step and n.code = c.code)
			or (c.person is not null and not exists (select from account a join old o on o.id = a.department and o.step = c.step
				where a.id = c.person))
	union all select o.step, o.code, 'hub_ends' from old o where o.hub
	union all select n.step, n.code, 'successor_below' from new n where n.what = 'department' and exists (
		with recursive above as (
			select coalesce(case when not n.made then (select parent from department where id = n.id) end, n.above) as id
			union select d.parent from above a join department d on d.id = a.id)
		select from above join old using (id))
	union all select distinct n.step, n.code, 'other_hours' from new n join old o on o.step = n.step and o.what = 'department'
		where n.calendar <> o.calendar
	union all select n.step, n.code, 'nobody_accepts' from new n where n.what = 'department' and n.ord > 1
		and (n.made or n.id is not null) and not coalesce(department_staffed(n.id, 'public'), false) and not exists (
			select from steps_choices(p_steps) c where c.step = n.step and c.code = n.code and c.person is not null)
	union all select n.step, n.code, 'nobody_accepts' from new n where n.what = 'department' and n.ord = 1
		and (n.made or n.id is not null) and not coalesce(department_staffed(n.id, 'public'), false)
		and not exists (select from old o where o.step = n.step and department_staffed(o.id, 'public'))
	union all select o.step, o.code, 'committee_stays' from old o where o.what = 'area' and exists (select from department d
		where d.area = o.code and d.governs and p_day < coalesce(d.valid_to, 'infinity')
			and not exists (select from old x where x.id = d.id))
	union all select o.step, o.code, 'rules_name_it' from old o where o.what <> 'department' and naming_rules(o.code) > 0
	union all select o.step, o.code, 'policies_name_it' from old o where o.what = 'category' and exists (select from policy p
		where p.category = o.code and p_day < coalesce(p.valid_to, 'infinity'));
end $$;

-- --- drafts --------------------------------------------------------------------------------------------------------------

create function reorganisation_may() returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not coalesce('admin' = any (caller_roles()), false) then
		raise exception 'administrators reorganise' using errcode = 'TD403';
	end if;
end $$;

-- How many open tickets departments have still that ended by it.
create function reorganisation_remaining(p_id uuid) returns bigint language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return (
		select count(*) from reorganisation r, steps_old(r.steps) o join department d on d.code = o.code
			join clock_running c on c.slot = slot_current() and c.first and c.holder = d.id
		where r.id = p_id and r.state = 'applied' and o.what = 'department');
end $$;
create function reorganisation_body(r reorganisation) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return jsonb_build_object('id', r.id, 'title', r.title, 'basis_vi', r.basis_vi, 'basis_en', r.basis_en, 'day', r.day, 'steps', r.steps,
		'state', r.state, 'version', r.version, 'made_at', instant(r.made_at), 'made_by', person_named(r.made_by),
		'decided_at', instant(r.decided_at), 'decided_by', person_named(r.decided_by), 'moved_at', instant(r.moved_at), 'moved', r.moved,
		'remaining', reorganisation_remaining(r.id));
end $$;

-- The reorganisation, locked, in one of these states. TD404, TD412, TD581.
create function reorganisation_at(p_id uuid, p_version bigint, p_states text[]) returns reorganisation language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	r reorganisation;
begin
	perform reorganisation_may();
	select * into r from reorganisation where id = p_id for update;
	if not found then
		raise exception 'no such reorganisation' using errcode = 'TD404';
	elsif r.version <> p_version then
		raise exception 'the reorganisation has version %', r.version using errcode = 'TD412';
	elsif r.state <> all (p_states) then
		raise exception 'the reorganisation is %', r.state using errcode = 'TD581';
	end if;
	return r;
end $$;

-- A new draft (p_version NULL), or a changed one.
create function reorganisation_save(p_id uuid, p_version bigint, p_title text, p_basis_vi text, p_basis_en text, p_day date, p_steps jsonb,
	p_at timestamptz, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r reorganisation;
begin
	if p_version is null then
		perform reorganisation_may();
		insert into reorganisation (id, title, basis_vi, basis_en, day, steps, made_at, made_by)
			values (p_id, p_title, p_basis_vi, p_basis_en, p_day, p_steps, p_at, caller_account()) returning * into r;
	else
		r := reorganisation_at(p_id, p_version, '{draft}');
		update reorganisation set title = p_title, basis_vi = p_basis_vi, basis_en = p_basis_en, day = p_day, steps = p_steps,
			version = version + 1 where id = p_id returning * into r;
	end if;
	body := reorganisation_body(r);
	etag := r.version::text;
end $$;

-- --- the preview ---------------------------------------------------------------------------------------------------------

-- What a department has that would move.
create function reorganisation_load(p_department bigint, p_step jsonb) returns jsonb language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	d department;
	v_split jsonb;
begin
	select * into d from department where id = p_department;
	with combo as (
		select t.category, t.area, count(*) as n from clock_running c join ticket t on t.id = c.ticket
			where c.slot = slot_current() and c.first and c.holder = d.id group by 1, 2),
	split as (
		select coalesce(choice_met(p_step->'choices', category, area), p_step->'to'->0->>'code') as code, sum(n) as n from combo group by 1)
	select coalesce(jsonb_agg(jsonb_build_object('code', code, 'tickets', n) order by code), '[]') into v_split from split;
	return jsonb_build_object('department', named(d.code, d.name_vi, d.name_en),
		'tickets', (select count(*) from clock_running where slot = slot_current() and first and holder = d.id), 'successors', v_split,
		'parts', (select count(*) from part where department = d.id and state = 'asked'),
		'rules', naming_rules(d.code),
		'members', (select count(*) from account where department = d.id and active),
		'templates', (select count(*) from (select distinct on (id) department, ended from reply_template order by id, version desc) x
			where x.department = d.id and not x.ended),
		'filters', (select count(*) from saved_filter where query->>'holder' = d.code),
		'duty', (select count(*) from duty x join account a on a.id = x.account where a.department = d.id and x.until_at > now()),
		'automatic', exists (select from department_work where department = d.id and automatic),
		'calendar', department_calendar(d.id),
		'policies', (select count(*) from policy where department = d.code),
		'categories', (select count(*) from category where department = d.code),
		'below', (select count(*) from department where parent = d.id and valid_to is distinct from never()),
		'governs', case when d.governs then d.area end);
end $$;

create function reorganisation_preview(p_id uuid, p_now timestamptz) returns text
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	r reorganisation;
	v_at_once constant bigint := (select value from setting where name = 'reorganisation_at_once');
begin
	perform reorganisation_may();
	select * into r from reorganisation where id = p_id;
	if r.id is null then
		return null;
	end if;
	return jsonb_build_object('id', r.id, 'version', r.version, 'state', r.state,
		'faults', (select coalesce(jsonb_agg(jsonb_build_object('step', nullif(f.step, 0), 'unit', f.unit, 'fault', x.code, 'stops', x.stops,
				'text_vi', x.text_vi, 'text_en', x.text_en) order by not x.stops, f.step, f.unit, x.code), '[]')
			from reorganisation_faults(r.steps, r.day, p_now) f join reorganisation_fault x on x.code = f.fault where r.state = 'draft'),
		'departments', (select coalesce(jsonb_agg(reorganisation_load(d.id, r.steps->(o.step - 1)) order by o.step, o.ord), '[]')
			from steps_old(r.steps) o join department d on o.what = 'department' and d.code = o.code),
		'remaining', greatest(0, (select count(*) from steps_old(r.steps) o join department d on o.what = 'department' and d.code = o.code
			join clock_running c on c.slot = slot_current() and c.first and c.holder = d.id) - v_at_once),
		'units', (select coalesce(jsonb_agg(jsonb_build_object('what', o.what, 'code', o.code, 'name_vi', u.name_vi, 'name_en', u.name_en,
				'tickets', (select count(*) from ticket t where not t.done and case o.what when 'area' then t.area = o.code
					else t.category = o.code end), 'rules', naming_rules(o.code)) order by o.step, o.ord), '[]')
			from steps_old(r.steps) o join reference_unit u on u.what = o.what and u.code = o.code where o.what <> 'department'))::text;
end $$;

-- --- writing the rows ----------------------------------------------------------------------------------------------------

-- A unit that begins: in the likeness of the first of those that end, but for what is said of it.
create function unit_make(p_what text, p_like text, p_unit jsonb, p_day date) returns void language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	v_said jsonb := jsonb_strip_nulls(p_unit) || jsonb_build_object('valid_from', p_day, 'valid_to', null);
	v_there boolean := exists (select from reference_unit where what = p_what and code = p_unit->>'code');
begin
	if p_what = 'department' then
		v_said := v_said || jsonb_build_object('hub', false, 'successor', null, 'note', null);
		if p_unit ? 'parent' then
			v_said := v_said || jsonb_build_object('parent', (select id from department where code = p_unit->>'parent'));
		end if;
		if v_there then
			update department d set (kind, name_vi, name_en, parent, area, governs, calendar, valid_from, valid_to) =
				(select x.kind, x.name_vi, x.name_en, x.parent, x.area, x.governs, x.calendar, x.valid_from, x.valid_to
					from department l, jsonb_populate_record(l, v_said) x where l.code = p_like)
				where d.code = p_unit->>'code';
		else
			insert into department overriding user value
				select x.* from department l, jsonb_populate_record(l, v_said) x where l.code = p_like;
		end if;
		return;
	end if;
	if p_what = 'area' then
		v_said := v_said || '{"lon": null, "lat": null, "former_district": null}';
	end if;
	if v_there then
		execute format('update %I set (name_vi, name_en, valid_from, valid_to) = ($1->>''name_vi'', $1->>''name_en'', $2, null)
			where code = $1->>''code''', p_what) using v_said, p_day;
	else
		execute format('insert into %1$I select x.* from %1$I l, jsonb_populate_record(l, $1) x where l.code = $2', p_what) using v_said, p_like;
	end if;
end $$;

create function reorganisation_write(r reorganisation) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	u record;
begin
	perform set_config('tiepdan.reorganising', 'on', true);
	for u in select * from steps_old(r.steps) loop
		execute format('update %I set valid_to = $1 where code = $2', u.what) using r.day, u.code;
	end loop;
	-- Areas before the departments that govern them.
	for u in select * from steps_new(r.steps) where made order by what, step, ord loop
		perform unit_make(u.what, u.like_code, u.unit, r.day);
	end loop;
	insert into lineage (what, old, new, since, position, category, area, note, reorganisation)
	select o.what, o.code, n.code, r.day, n.ord, null, null, r.title, r.id
		from steps_old(r.steps) o join steps_new(r.steps) n using (step)
	union all
	select o.what, o.code, c.code, r.day, 100 + c.ord, c.category, c.area, r.title, r.id
		from steps_old(r.steps) o join steps_choices(r.steps) c using (step) where num_nonnulls(c.category, c.area) = 1
	on conflict on constraint lineage_key do nothing;
	update department d set successor = s.id
		from steps_old(r.steps) o join steps_new(r.steps) n on n.step = o.step and n.ord = 1 join department s on s.code = n.code
		where o.what = 'department' and d.code = o.code;
	perform set_config('tiepdan.reorganising', 'off', true);
end $$;

create function reorganisation_unwrite(r reorganisation) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	u record;
begin
	perform set_config('tiepdan.reorganising', 'on', true);
	delete from lineage where reorganisation = r.id;
	for u in select * from steps_new(r.steps) where made loop
		execute format('update %I set valid_from = null, valid_to = never() where code = $1', u.what) using u.code;
	end loop;
	update department d set successor = null from steps_old(r.steps) o where o.what = 'department' and d.code = o.code;
	for u in select * from steps_old(r.steps) loop
		execute format('update %I set valid_to = null where code = $1', u.what) using u.code;
	end loop;
	perform set_config('tiepdan.reorganising', 'off', true);
end $$;

-- --- moving what is open -------------------------------------------------------------------------------------------------

-- Nobody judges in their own case: what would come to whom the ticket is against goes to the nearest valid department above, else to
-- the hub. NULL when these are all against whom it is.
create function heir_impartial(p_ticket uuid, p_heir bigint, p_day date) returns bigint language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_heir bigint := p_heir;
begin
	for steps in 1 .. 100 loop
		exit when v_heir is null or (not department_denounced(p_ticket, v_heir) and heir(v_heir, null, null, p_day) = v_heir);
		v_heir := (select parent from department where id = v_heir);
	end loop;
	v_heir := coalesce(v_heir, (select id from department where hub));
	return case when not department_denounced(p_ticket, v_heir) then v_heir end;
end $$;

-- Who has an open ticket on this day when its holder has ended, or has become whom it is against. NULL: nobody.
create function succeeds(t ticket, p_day date) returns bigint language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_heir bigint := heir(t.holder, t.category, t.area, p_day);
begin
	return case when exists (select from ticket_against where ticket = t.id) then heir_impartial(t.id, v_heir, p_day) else v_heir end;
end $$;

-- Open tickets of departments that have ended, at most so many: those without an heir do not stand before the others.
create function tickets_ended(p_old bigint[], p_day date, p_most bigint) returns uuid[] language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return array(select t.id from clock_running c join ticket t on t.id = c.ticket
		where c.slot = slot_current() and c.first and c.holder = any (p_old) and succeeds(t, p_day) <> c.holder order by t.id limit p_most);
end $$;
-- Open tickets that are against somebody; of those, the ones that are with just them.
create function tickets_against() returns uuid[] language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return array(select c.ticket from ticket_against a join clock_running c on c.ticket = a.ticket and c.slot = slot_current() and c.first);
end $$;
create function tickets_denounced() returns uuid[] language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return array(select id from ticket where id = any (tickets_against()) and department_denounced(id, holder));
end $$;
create type succession as (ticket uuid, old bigint, new bigint, person uuid, old_person uuid, state text, above boolean);

-- Parts that departments which have ended were asked for. What their heir would give to itself, or is asked for already, or must not
-- see, is taken back.
create function parts_succeed(p_old bigint[], p_reorganisation uuid, p_at timestamptz) returns bigint language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	p part;
	t ticket;
	v_new bigint;
	v_moved bigint := 0;
	v_actor uuid := caller_account();
begin
	for p in select * from part where department = any (p_old) and state = 'asked' order by id for no key update loop
		select * into t from ticket where id = p.ticket;
		v_new := heir(p.department, t.category, t.area, city_day(p_at));
		continue when v_new is null or v_new = p.department;
		v_moved := v_moved + 1;
		if v_new in (t.holder, p.asked_from) or department_denounced(t.id, v_new)
			or exists (select from part x where x.ticket = t.id and x.department = v_new and x.state = 'asked') then
			update part set state = 'cancelled', ended_at = p_at, version = version + 1 where id = p.id;
			perform event_write(gen_random_uuid(), p_at, t.id, 'part.cancelled', case when v_actor is null then 'job' else 'staff' end, v_actor,
				p.department, null, null, null, null, jsonb_build_object('part', p.id, 'reorganisation', p_reorganisation));
		else
			update part set department = v_new, version = version + 1 where id = p.id;
			perform event_write(gen_random_uuid(), p_at, t.id, 'part.succeeded', case when v_actor is null then 'job' else 'staff' end, v_actor,
				v_new, null, null, null, null, jsonb_build_object('part', p.id, 'from_department', p.department, 'reorganisation', p_reorganisation));
		end if;
		update ticket set updated_at = greatest(updated_at, p_at), version = version + 1 where id = t.id;
	end loop;
	return v_moved;
end $$;

-- Tickets go to whom they are for now, with the clocks as they are. All are locked in the order of their ids: who moves one at the same
-- time goes before, and it is read again, or afterwards, and finds the new holder. The people have moved already: who has a ticket and
-- went the same way keeps it.
create function tickets_succeed(p_tickets uuid[], p_reorganisation uuid, p_at timestamptz)
returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_ids uuid[] := array(select id from ticket where id = any (p_tickets) order by id for no key update);
	v_moves succession[];
	v_actor uuid := caller_account();
	v_day date := city_day(p_at);
begin
	perform slots_hold();
	with going as materialized (
		select t.id, t.holder, t.person, t.state, succeeds(t, v_day) as new,
			department_denounced(t.id, heir(t.holder, t.category, t.area, v_day)) as above
		from ticket t where t.id = any (v_ids) and not t.done)
	select array_agg(row(g.id, g.holder, g.new, a.id, g.person, g.state, g.above)::succession order by g.id) into v_moves
	from going g left join account a on a.id = g.person and a.department = g.new
	where g.new <> g.holder;
	update ticket t set holder = m.new, person = m.person, updated_at = greatest(t.updated_at, p_at), version = t.version + 1
		from unnest(v_moves) m where t.id = m.ticket;
	update clock_running c set holder = m.new from unnest(v_moves) m where c.ticket = m.ticket;
	update holding h set until = greatest(p_at, h.since), ended_by = 'succeed' from unnest(v_moves) m where h.ticket = m.ticket and h.until is null;
	insert into holding (ticket, department, since)
	select m.ticket, m.new, max(h.until) from unnest(v_moves) m join holding h on h.ticket = m.ticket group by m.ticket, m.new;
	delete from assignment_wait w using unnest(v_moves) m where w.ticket = m.ticket;
	insert into event (id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data, hash)
	select e.*, event_hash(e.id, e.at, e.ticket, e.type, e.actor_kind, e.actor, e.department, e.from_state, e.to_state, e.public_vi, e.public_en,
		e.data)
	from (
		select gen_random_uuid() as id, p_at as at, m.ticket, 'ticket.succeeded' as type, case when v_actor is null then 'job' else 'staff' end
			as actor_kind, v_actor as actor, m.new as department, m.state as from_state, m.state as to_state,
			case when m.above then 'Phiếu chuyển lên cơ quan cấp trên do sắp xếp tổ chức' else 'Phiếu chuyển sang đơn vị kế thừa do sắp xếp tổ chức' end
			as public_vi, case when m.above then 'The ticket passed to an authority above by a reorganisation'
				else 'The ticket passed to the successor by a reorganisation' end as public_en,
			jsonb_strip_nulls(jsonb_build_object('from_department', m.old, 'person', m.person, 'from_person', case
				when m.person is distinct from m.old_person then m.old_person end, 'reorganisation', coalesce(p_reorganisation, (select l.reorganisation from lineage l
					join department d on d.code = l.old where l.what = 'department' and d.id = m.old limit 1)))) as data
		from unnest(v_moves) m offset 0) e;
	return coalesce(cardinality(v_moves), 0);
end $$;

-- What else a department has, for its principal successor or as a choice says. Rows of a policy are the same version under another
-- name: where the successor has one like it already, that one counts.
create function belongings_succeed(r reorganisation, p_at timestamptz) returns jsonb language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	o record;
	v_policy bigint;
	v_members bigint := 0;
	v_templates bigint := 0;
	v_filters bigint := 0;
	v_policies bigint := 0;
	n bigint;
begin
	for o in select d.id, d.code, d.parent, s.id as new, s.code as new_code, f.step
		from steps_old(r.steps) f join department d on d.code = f.code join department s on s.id = d.successor
		where f.what = 'department' order by f.step, f.ord loop
		update account a set department = coalesce((select x.id from steps_choices(r.steps) c join department x on x.code = c.code
			where c.step = o.step and c.person = a.id limit 1), o.new) where a.department = o.id;
		get diagnostics n = row_count;
		v_members := v_members + n;
		insert into reply_template
		select x.id, x.version + 1, p_at, r.decided_by, o.new, x.purpose, x.language, x.category, x.kind, x.title, x.text,
			greatest(x.valid_from, p_at), false
		from (select distinct on (id) * from reply_template order by id, version desc) x where x.department = o.id and not x.ended;
		get diagnostics n = row_count;
		v_templates := v_templates + n;
		update saved_filter set query = query || jsonb_build_object('holder', o.new_code), version = version + 1, updated_at = p_at
			where query->>'holder' = o.code;
		get diagnostics n = row_count;
		v_filters := v_filters + n;
		for v_policy in select id from policy where department = o.code order by id loop
			begin
				update policy set department = o.new_code where id = v_policy;
				v_policies := v_policies + 1;
			exception when exclusion_violation or unique_violation then null;
			end;
		end loop;
		insert into department_work (department, automatic, changed_at, changed_by)
			select o.new, automatic, p_at, r.decided_by from department_work where department = o.id on conflict (department) do nothing;
		update department_work set automatic = false, version = version + 1 where department = o.id and automatic;
		update department set parent = case when id = o.new then o.parent else o.new end where parent = o.id;
	end loop;
	return jsonb_build_object('members', v_members, 'templates', v_templates, 'filters', v_filters, 'policies', v_policies);
end $$;

-- What is open moves in this transaction: all but tickets beyond the first so many, which the job worker moves in portions.
-- TD583: one of the units has not ended by its day, so that nothing would move.
create function reorganisation_move(r reorganisation, p_at timestamptz) returns reorganisation language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	v_old bigint[] := array(select d.id from steps_old(r.steps) o join department d on d.code = o.code where o.what = 'department' order by 1);
	v_ids uuid[] := tickets_ended(v_old, city_day(p_at), (select value from setting where name = 'reorganisation_at_once'));
	v_moved jsonb;
begin
	if exists (select from steps_old(r.steps) o join reference_unit u using (what, code) where r.day < coalesce(u.valid_to, 'infinity')) then
		raise exception 'a unit of reorganisation % has not ended by its day', r.id using errcode = 'TD583';
	end if;
	-- Locked before their people move, as everybody else does it: the ticket first.
	perform from ticket where id = any (v_ids || tickets_against() || array(select ticket from part where department = any (v_old)
		and state = 'asked')) order by id for no key update;
	v_moved := belongings_succeed(r, p_at);
	v_moved := v_moved || jsonb_build_object('tickets', tickets_succeed(v_ids || tickets_denounced(), r.id, p_at),
		'parts', parts_succeed(v_old, r.id, p_at));
	update reorganisation set state = 'applied', moved_at = p_at, moved = v_moved, version = version + 1 where id = r.id returning * into r;
	return r;
end $$;

create function reorganisation_tell(r reorganisation, p_type text, p_event uuid, p_at timestamptz) returns void language plpgsql
set search_path = tiepdan, pg_temp as $$
begin
	update reference_version set version = version + 1, changed_at = now();
	notify reference_changed;
	perform event_write(p_event, p_at, null, p_type, case when caller_account() is null then 'job' else 'staff' end, caller_account(),
		caller_department(), null, null, null, null, jsonb_strip_nulls(jsonb_build_object('reorganisation', r.id, 'day', r.day, 'moved', r.moved)));
end $$;

-- Applies a draft: at once on its day, else on the day by the job worker. TD580: it has a fault that stops it.
create function reorganisation_apply(p_id uuid, p_version bigint, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r reorganisation;
begin
	perform reorganisation_may();
	perform from reference_version for update;	-- one change of the reference data at a time
	r := reorganisation_at(p_id, p_version, '{draft}');
	if exists (select from reorganisation_faults(r.steps, r.day, p_at) f join reorganisation_fault x on x.code = f.fault where x.stops) then
		raise exception 'the preview has faults' using errcode = 'TD580';
	end if;
	perform reorganisation_write(r);
	if exists (select from import_circles('departments')) then
		raise exception 'successors run in a circle' using errcode = 'TD580';
	end if;
	update reorganisation set state = 'scheduled', decided_at = p_at, decided_by = caller_account(), version = version + 1
		where id = p_id returning * into r;
	if r.day <= city_day(p_at) then
		r := reorganisation_move(r, p_at);
	else
		-- A successor is kept from what is against whom it comes after from now on, so that this does not wait for the day.
		perform tickets_succeed(tickets_denounced(), r.id, p_at);
	end if;
	perform reorganisation_tell(r, 'reorganisation.' || r.state, p_event, p_at);
	body := reorganisation_body(r);
	etag := r.version::text;
end $$;

-- Gives up a draft, or one that waits for its day: its rows are undone.
create function reorganisation_drop(p_id uuid, p_version bigint, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r reorganisation;
begin
	perform reorganisation_may();
	perform from reference_version for update;
	r := reorganisation_at(p_id, p_version, '{draft,scheduled}');
	if r.state = 'scheduled' and r.day <= city_day(p_at) then
		raise exception 'its day has come' using errcode = 'TD581';
	elsif r.state = 'scheduled' then
		if exists (select from lineage l join steps_new(r.steps) n on n.made and l.what = n.what and l.old = n.code) then
			raise exception 'another reorganisation stands on this one' using errcode = 'TD582';
		end if;
		perform reorganisation_unwrite(r);
	end if;
	update reorganisation set state = 'dropped', decided_at = p_at, decided_by = caller_account(), version = version + 1
		where id = p_id returning * into r;
	perform reorganisation_tell(r, 'reorganisation.dropped', p_event, p_at);
	body := reorganisation_body(r);
	etag := r.version::text;
end $$;

-- For the job worker: moves what is due, one reorganisation at a time, and what is still with a department that ended by one: there were
-- many, somebody had still the old copy in memory, or a citizen came back to an old answer. Returns p_limit when there may be more to do.
create function reorganisations_run(p_now timestamptz, p_limit bigint) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set lock_timeout = '5s' as $$
declare
	r reorganisation;
	v_ended bigint[];
	v_ids uuid[];
	v_parts uuid[];
begin
	if exists (select from reorganisation where state = 'scheduled' and day <= city_day(p_now)) then
		perform from reference_version for update skip locked;	-- somebody else is at it
		if not found then
			return 0;
		end if;
		select * into r from reorganisation where state = 'scheduled' and day <= city_day(p_now) order by day, decided_at, id limit 1 for update;
		if r.id is not null then
			r := reorganisation_move(r, p_now);
			perform reorganisation_tell(r, 'reorganisation.applied', gen_random_uuid(), p_now);
			return p_limit;
		end if;
	end if;
	v_ended := array(select distinct d.id from lineage l join reorganisation x on x.id = l.reorganisation and x.state = 'applied'
		join department d on d.code = l.old where l.what = 'department' and d.valid_to <= city_day(p_now));
	v_ids := tickets_ended(v_ended, city_day(p_now), p_limit);
	v_parts := array(select t.id from part p join ticket t on t.id = p.ticket where p.department = any (v_ended) and p.state = 'asked'
		and heir(p.department, t.category, t.area, city_day(p_now)) is not null);
	if v_ids || v_parts = '{}' then
		return 0;
	end if;
	perform from ticket where id = any (v_ids || v_parts) order by id for no key update;
	return tickets_succeed(v_ids, null, p_now) + parts_succeed(v_ended, null, p_now);
end $$;

-- --- reports -------------------------------------------------------------------------------------------------------------

-- The department that has today what this one had: along the principal successors.
create function department_today(p_code text) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select d.code from department d where d.id = heir((select id from department where code = p_code), null, null, city_day(now()))),
		p_code);
end $$;

-- The 2x2 by the departments of today, each with the figures of those that it came from (codes in `rolled_from`); `split_from` are those
-- among them that were divided, whose figures are the principal successor's alone.
create function report_sla_rolled(p_from date, p_to date, p_as_of timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, answered_on_time bigint, answered_late bigint, open_in_time bigint,
	open_overdue bigint, no_clock bigint, merged bigint, withdrawn bigint, total bigint, returned bigint, rolled_from text, split_from text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	with counted as materialized (
		select r.*, department_today(r.key) as today from report_sla(p_from, p_to, 'department', p_as_of, p_zone) r),
	rolled as (
		select today, sum(answered_on_time)::bigint as n1, sum(answered_late)::bigint as n2, sum(open_in_time)::bigint as n3,
			sum(open_overdue)::bigint as n4, sum(no_clock)::bigint as n5, sum(merged)::bigint as n6, sum(withdrawn)::bigint as n7,
			sum(total)::bigint as n, sum(returned)::bigint as n8, string_agg(key, ' ' order by key) filter (where key <> today) as from_codes,
			string_agg(key, ' ' order by key) filter (where key <> today and (select count(distinct l.new) from lineage l
				where l.what = 'department' and l.old = key) > 1) as split_codes
		from counted group by today)
	select c.today, d.name_vi, d.name_en, n1, n2, n3, n4, n5, n6, n7, n, n8, c.from_codes, c.split_codes
	from rolled c left join department d on d.code = c.today
	order by c.today nulls last;
end $$;

-- --- old names of communes -----------------------------------------------------------------------------------------------

create table area_former (
	name_vi    text not null,
	name_ascii text not null,
	kind       text not null,
	district   text not null,
	until      date not null,
	area       text not null,
	position   int not null,
	source     text not null,
	note       text,
	constraint area_former_pk primary key (name_vi, district, until, area),
	constraint area_former_area_fk foreign key (area) references area,
	constraint area_former_kind check (kind in ('ward', 'commune', 'town')),
	constraint area_former_position check (position between 1 and 100)
);
comment on table area_former is 'Where wards and communes of before went, one row for each unit of today that has a part of one.';
comment on column area_former.name_ascii is 'folded as text_fold() does (civil/text.h), syllables only';
comment on column area_former.until is 'the first day on which there was none of this name in this district';
comment on column area_former.position is 'in which order the units are offered; it says nothing of their shares';

insert into import_type (code, pattern, wanted, most) values
	('former_kind', '^(ward|commune|town)$', 'one of ward, commune, town', 20),
	('syllables', '^[a-z0-9]+( [a-z0-9]+){0,15}$', 'syllables in small letters without diacritics', 200),
	('position', '^([1-9][0-9]?|100)$', 'a number from 1 to 100', 3);
insert into import_kind values ('former_areas', '{name_vi,district,until,area}');
insert into import_column values
	('former_areas', 'name_vi', 'text', true, null), ('former_areas', 'name_ascii', 'syllables', true, null),
	('former_areas', 'kind', 'former_kind', true, null), ('former_areas', 'district', 'text', true, null),
	('former_areas', 'until', 'date', true, null), ('former_areas', 'area', 'code', true, 'areas'),
	('former_areas', 'position', 'position', true, null), ('former_areas', 'source', 'text', true, null),
	('former_areas', 'note', 'text', false, null);
create function import_former_areas(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into area_former (name_vi, name_ascii, kind, district, until, area, position, source, note)
	values (r->>'name_vi', r->>'name_ascii', r->>'kind', r->>'district', (r->>'until')::date, r->>'area', (r->>'position')::int,
		r->>'source', r->>'note')
	on conflict on constraint area_former_pk do update set (name_ascii, kind, position, source, note) =
		(excluded.name_ascii, excluded.kind, excluded.position, excluded.source, excluded.note)
$$;
comment on function import_former_areas is 'name_vi (with the kind in front), name_ascii (folded), kind (ward, commune, town), district (of then),
until (first day on which it was gone), area (code of a unit of today), position (in which they are offered), source, note (optional).
One row for each unit of today that has a part of it.';

do $$
begin
	execute 'create or replace view import_row as ' || rtrim(pg_get_viewdef('import_row'::regclass), ';') || '
		union all select ''former_areas'', concat_ws('' '', name_vi, district, until, area), jsonb_strip_nulls(to_jsonb(f)) from area_former f';
end $$;

-- Units of before whose name begins like this, with or without its kind in front, at most 20: first those that are spelt as they were
-- asked for, then in the order of their names. p_folded is the name without diacritics.
create function former_areas(p_name text, p_folded text) returns table (item text, place bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_name text := lower(p_name collate "und-x-icu");
	v_folded text := btrim(regexp_replace(p_folded, '[^a-z0-9]+', ' ', 'g'));
begin
	return query
	with former as (
		select f.name_vi, f.kind, f.district, f.until, f.name_ascii, jsonb_agg(jsonb_build_object('code', a.code, 'name_vi', a.name_vi,
				'name_en', a.name_en, 'note', f.note) order by f.position, a.code) as units
		from area_former f join area a on a.code = f.area
		where v_folded <> '' and (starts_with(f.name_ascii, v_folded)
			or starts_with(regexp_replace(f.name_ascii, '^(phuong|xa|thi tran) ', ''), v_folded))
		group by 1, 2, 3, 4, 5),
	ranked as (
		select f.*, lower(normalize(f.name_vi, nfc) collate "und-x-icu") as spelt from former f)
	select jsonb_build_object('name_vi', r.name_vi, 'kind', r.kind, 'district', r.district, 'until', r.until, 'units', r.units)::text,
		row_number() over (order by not (starts_with(r.spelt, v_name) or starts_with(regexp_replace(r.spelt, '^(phường|xã|thị trấn) ', ''),
			v_name)), char_length(r.name_ascii), r.name_ascii, r.district, r.until)
	from ranked r order by 2 limit 20;
end $$;

-- --- what the server may do ----------------------------------------------------------------------------------------------

alter table reorganisation enable row level security;
create policy reorganisation_seen on reorganisation for select to tiepdan_app using (coalesce('admin' = any (caller_roles()), false));
revoke all on reorganisation, reorganisation_fault, lineage, reference_unit, area_former, import_row from public;
grant select on reorganisation to tiepdan_app;
revoke execute on all functions in schema tiepdan from public;
grant execute on function reorganisation_body, reorganisation_remaining, reorganisation_save, reorganisation_preview, reorganisation_apply, reorganisation_drop,
	lineage_list, reorganisations_run, report_sla_rolled, former_areas to tiepdan_app;
