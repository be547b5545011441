-- Suggestions from history: which category a text is about, and which department gets such tickets. The counts of n-grams
-- (civil/grams.h) that the job worker keeps of confirmed routings, the city's own examples for the first day, and what of both is
-- served to the workers. Nothing is decided by it.
set local search_path = tiepdan, public;

insert into setting values
	('suggestion_witnesses', 5, 'an n-gram of tickets is served once so many people, or days where nobody left a contact, have used it'),
	('suggestion_minutes', 10, 'what was learned is served after at most so many minutes'),
	('suggestion_rows_most', 300000, 'so many rows of suggestion_gram are kept; the rarest n-grams go first'),
	('suggestion_served_most', 40000, 'so many n-grams are served, the most frequent ones; a worker keeps what fits into its 4 MiB'),
	('suggestion_example_percent', 100, 'what an example counts in a category without history, in percent of a ticket'),
	('suggestion_example_half', 100, 'after so many tickets of its category an example counts half'),
	('suggestion_prior', 10, 'the department that the rules find counts as much as so many tickets that went there'),
	('suggestion_sure', 100, 'nothing is suggested when the likeliest category has less than so many thousandths');

-- --- examples ------------------------------------------------------------------------------------------------------------

create table suggestion_example (
	category text not null,
	text     text not null,
	language text not null default 'vi',
	valid_to date,
	constraint suggestion_example_pk primary key (category, text),
	constraint suggestion_example_language check (language in ('vi', 'en')),
	constraint suggestion_example_length check (char_length(text) between 5 and 500)
);
comment on table suggestion_example is 'What people might write, by category: the first day''s suggestions. They fade as history grows.';

create table suggestion_model (
	one          boolean not null default true,
	version      bigint not null default 0,
	changed      boolean not null default false,
	published_at timestamptz,
	constraint suggestion_model_pk primary key (one),
	constraint suggestion_model_one_row check (one)
);
comment on table suggestion_model is 'What is served. changed: there is something new; published_at NULL: it is wanted at once.';
insert into suggestion_model default values;

insert into import_type (code, pattern, wanted, most) values
	('example', '^[^[:cntrl:]]{5,}$', 'a text of 5 to 500 characters in one line', 500);
insert into import_kind values ('examples', '{category,text}');
insert into import_column values
	('examples', 'category', 'code', true, 'categories'), ('examples', 'language', 'language', false, null),
	('examples', 'text', 'example', true, null), ('examples', 'valid_to', 'date', false, null);
create function import_examples(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into suggestion_example (category, text, language, valid_to)
	values (r->>'category', r->>'text', coalesce(r->>'language', 'vi'), (r->>'valid_to')::date)
	on conflict on constraint suggestion_example_pk do update set (language, valid_to) = (excluded.language, excluded.valid_to);
	update suggestion_model set changed = true, published_at = null where published_at is not null or not changed
$$;
comment on function import_examples is 'category, language (vi, en; optional), text (what somebody might write), valid_to (optional).
An example that shall no longer count gets a valid_to.';
do $$
begin
	execute 'create or replace view import_row as ' || rtrim(pg_get_viewdef('import_row'::regclass), ';') || '
		union all select ''examples'', concat_ws('' '', category, text), jsonb_strip_nulls(to_jsonb(x)) from suggestion_example x';
end $$;

-- --- what was learned ----------------------------------------------------------------------------------------------------

create table suggestion_sight (
	sight text not null,
	constraint suggestion_sight_pk primary key (sight),
	constraint suggestion_sight_open check (sight in ('public', 'private'))
);
comment on table suggestion_sight is 'Only tickets that are seen so are learned from: of denunciations and other closed ones, never.';
insert into suggestion_sight values ('public');

create table suggestion_learned (
	ticket     uuid not null,
	kind       text not null,
	category   text not null,
	department text not null,
	witness    int not null,
	constraint suggestion_learned_pk primary key (ticket),
	constraint suggestion_learned_ticket_fk foreign key (ticket) references ticket,
	constraint suggestion_learned_witness check (witness between 0 and 15)
);
comment on table suggestion_learned is 'Tickets that count, as they were learned, so that the same can be taken away again.';
comment on column suggestion_learned.department is 'its code, or AREA: the committee of the place';

create table suggestion_gram (
	gram     text collate "C" not null,
	category text not null,
	witness  int not null,
	n        bigint not null,
	constraint suggestion_gram_pk primary key (gram, category, witness)
);
comment on table suggestion_gram is 'How many tickets of a category have an n-gram, by witness (civil/tally.h).';

create table suggestion_holder (
	kind       text not null,
	category   text not null,
	department text not null,
	n          bigint not null,
	constraint suggestion_holder_pk primary key (kind, category, department)
);
comment on table suggestion_holder is 'How many tickets of a kind and category each department has accepted.';

create table suggestion_served (
	gram     text collate "C" not null,
	category text not null,
	examples bigint not null,
	tickets  bigint not null,
	constraint suggestion_served_pk primary key (gram, category)
);
comment on table suggestion_served is 'The model as workers load it, replaced as a whole.';

create table suggestion_cursor (
	one boolean not null default true,
	xid xid8 not null,
	id  uuid not null,
	constraint suggestion_cursor_pk primary key (one),
	constraint suggestion_cursor_one_row check (one)
);
comment on table suggestion_cursor is 'The last event of the feed that was looked at; it moves with what was learned.';
insert into suggestion_cursor (xid, id) values ('0', '00000000-0000-0000-0000-000000000000');

-- Who or when: of two tickets of one person, or of one day where nobody left a contact, only one counts for what may be shown.
create function suggestion_witness(t ticket) returns int language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select get_byte(coalesce(phone_index, email_index), 0) & 15 from contact where ticket = t.id),
		(city_day(t.filed_at) - date '2000-01-01') & 15);
end $$;

-- The next events of the feed. With the last one of a ticket comes what has to be done with it: `was_*` is taken away, then what
-- stands in category, department and witness is learned; NULL: nothing of the kind. A ticket counts from its acceptance until it is
-- moved on. To read events again does no harm, so after a restore into another cluster (0044) the feed is read from its beginning.
create function suggestion_next(p_limit bigint)
returns table (after_xid text, after_id uuid, xid text, id uuid, ticket uuid, folded text, category text, department text, witness bigint,
	was_category text, was_witness bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	c suggestion_cursor;
	v_from suggestion_cursor;
begin
	select * into strict c from suggestion_cursor;
	v_from := c;
	if c.xid > pg_snapshot_xmax(pg_current_snapshot()) then
		v_from.xid := '0';
	end if;
	return query
	with e as materialized (
		select xid, id, ticket, type from event where (xid, id) > (v_from.xid, v_from.id) and xid < pg_snapshot_xmin(pg_current_snapshot())
		order by xid, id limit p_limit),
	last as (select distinct on (ticket) ticket, xid, id from e where ticket is not null order by ticket, e.xid desc, e.id desc),
	moved as (select distinct on (ticket) ticket, type from e
		where type in ('ticket.accepted', 'ticket.routed', 'ticket.returned', 'ticket.refused', 'ticket.redirected', 'ticket.merged',
			'ticket.reclassified')
		order by ticket, e.xid desc, e.id desc)
	select c.xid::text, c.id, e.xid::text, e.id, w.ticket, w.folded, w.category, w.department, w.witness::bigint, w.was_category,
		w.was_witness::bigint
	from e left join last l on l.xid = e.xid and l.id = e.id left join moved m on m.ticket = l.ticket
		left join lateral suggestion_wanted(l.ticket, m.type) w on true
	order by e.xid, e.id;
end $$;
-- What has to be done with one ticket; no row: nothing. p_moved is the last event that says who has it, NULL: there was none.
create function suggestion_wanted(p_ticket uuid, p_moved text, out ticket uuid, out folded text, out category text, out department text,
	out witness int, out was_category text, out was_witness int) returns setof record
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket;
	l suggestion_learned;
	v_counts boolean;
begin
	if p_ticket is null then
		return;
	end if;
	select * into l from suggestion_learned where ticket = p_ticket;
	if l.ticket is null and p_moved is distinct from 'ticket.accepted' then
		return;
	end if;
	select * into strict t from ticket where id = p_ticket;
	v_counts := exists (select from suggestion_sight where sight = t.sight) and coalesce(p_moved = 'ticket.accepted', true);
	if v_counts then
		category := t.category;
		department := case when p_moved is null then l.department
			else (select case when d.governs then 'AREA' else d.code end from department d where d.id = t.holder) end;
		witness := coalesce(l.witness, suggestion_witness(t));
	end if;
	if (l.category, l.department, l.kind) is distinct from (category, department, case when v_counts then t.kind end) then
		ticket := t.id;
		folded := t.folded;
		was_category := l.category;
		was_witness := l.witness;
		return next;
	end if;
end $$;

-- Stores what the events up to p_xid, p_id come to: tickets with what they are learned as (NULL: not any more), and the counts of
-- n-grams that are added or taken away. Nothing when somebody else has been there since the read. Returns how many events that were.
create function suggestion_learn(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[],
	p_categories text[], p_departments text[], p_witnesses bigint[], p_grams text[], p_gram_categories text[], p_gram_witnesses bigint[],
	p_counts bigint[]) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update suggestion_cursor set xid = p_xid::xid8, id = p_id
		where one and (xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000'));
	if not found then
		return 0;
	end if;
	if p_tickets = '{}' then
		return p_read;
	end if;
	insert into suggestion_holder as h (kind, category, department, n)
		select c.kind, c.category, c.department, sum(c.n) from (
			select kind, category, department, -1 as n from suggestion_learned where ticket = any (p_tickets)
			union all select t.kind, i.category, i.department, 1 from unnest(p_tickets, p_categories, p_departments)
				i (ticket, category, department) join ticket t on t.id = i.ticket where i.category is not null) c
		group by 1, 2, 3 having sum(c.n) <> 0 order by 1, 2, 3
		on conflict on constraint suggestion_holder_pk do update set n = h.n + excluded.n;
	delete from suggestion_holder where n <= 0;
	delete from suggestion_learned where ticket = any (p_tickets);
	insert into suggestion_learned (ticket, kind, category, department, witness)
		select i.ticket, t.kind, i.category, i.department, i.witness from unnest(p_tickets, p_categories, p_departments, p_witnesses)
			i (ticket, category, department, witness) join ticket t on t.id = i.ticket where i.category is not null;
	insert into suggestion_gram as g (gram, category, witness, n)
		select * from unnest(p_grams, p_gram_categories, p_gram_witnesses, p_counts) i (gram, category, witness, n) order by 1, 2, 3
		on conflict on constraint suggestion_gram_pk do update set n = g.n + excluded.n;
	delete from suggestion_gram g using unnest(p_grams, p_gram_categories, p_gram_witnesses, p_counts) i (gram, category, witness, n)
		where g.gram = i.gram and g.category = i.category and g.witness = i.witness and i.n < 0 and g.n <= 0;
	update suggestion_model set changed = true where one and not changed;
	return p_read;
end $$;

-- --- what is served ------------------------------------------------------------------------------------------------------

-- The examples that count today, when it is time to serve anew: then there is a first row without a text.
create function suggestion_due(p_now timestamptz) returns table (category text, text text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_today date := city_day(p_now);
begin
	if exists (select from suggestion_model m join setting s on s.name = 'suggestion_minutes'
			where m.changed and (m.published_at is null or m.published_at <= p_now - s.value * interval '1 minute')) then
		return query
		select null, null union all select category, text from suggestion_example where v_today < coalesce(valid_to, 'infinity');
	end if;
end $$;

-- The rarest n-grams go when there are too many rows, so that nobody can make the table grow by filing nonsense.
create function suggestion_prune() returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_more bigint := (select count(*) from suggestion_gram) - (select value from setting where name = 'suggestion_rows_most');
begin
	if v_more > 0 then
		delete from suggestion_gram where gram in (
			select gram from (
				select gram, sum(count(*)) over (order by sum(n), gram) - count(*) as before from suggestion_gram group by gram) g
			where before < v_more);
	end if;
end $$;
-- Serves what was learned, with the n-grams of the examples. Of history only what enough different people have used comes along.
-- Returns the new version, 0 when somebody else has just done it.
create function suggestion_publish(p_grams text[], p_categories text[], p_counts bigint[], p_now timestamptz) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_version bigint;
	v_witnesses int := (select value from setting where name = 'suggestion_witnesses');
	v_most int := (select value from setting where name = 'suggestion_served_most');
begin
	update suggestion_model set version = version + 1, changed = false, published_at = p_now
		where one and changed returning version into v_version;
	if not found then
		return 0;
	end if;
	perform suggestion_prune();
	delete from suggestion_served;
	insert into suggestion_served (gram, category, examples, tickets)
	with history as (	-- without a join: nobody has looked yet how many rows there are
		select gram, category, tickets, bit_or(witnesses) over (partition by gram) as witnesses from (
			select gram, category, sum(n) as tickets, bit_or(1 << witness) as witnesses from suggestion_gram group by 1, 2) g),
	counts as (
		select gram, category, n as examples, 0 as tickets from unnest(p_grams, p_categories, p_counts) i (gram, category, n)
		union all select gram, category, 0, tickets from history where bit_count(witnesses::bit(16)) >= v_witnesses),
	sums as (select gram, category, sum(examples) as examples, sum(tickets) as tickets from counts group by 1, 2),
	totals as (select *, sum(examples + tickets) over (partition by gram) as total from sums),
	ranks as (select *, dense_rank() over (order by total desc, gram) as rank from totals)
	select gram, category, examples, tickets from ranks where rank <= v_most;
	notify suggestion_published;
	return v_version;
end $$;

-- For the copy in memory: settings, classes, counts, and who has accepted such tickets.
create function suggestion_settings() returns table (version bigint, prior bigint, sure bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select m.version, (select value::bigint from setting where name = 'suggestion_prior'),
		(select value::bigint from setting where name = 'suggestion_sure')
	from suggestion_model m;
end $$;
-- An example counts for W * H / (H + tickets of its category), in 1/256 of a ticket. No more than p_most categories, those with the most
-- tickets.
create function suggestion_classes(p_most bigint) returns table (category text, example bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_percent bigint := (select value from setting where name = 'suggestion_example_percent');
	v_half bigint := (select greatest(value, 1) from setting where name = 'suggestion_example_half');
begin
	return query
	select s.category, (256 * v_percent * v_half / (100 * (v_half + coalesce(h.n, 0))))::bigint
	from (select distinct category from suggestion_served) s left join (
		select category, sum(n)::bigint as n from suggestion_holder group by category) h using (category)
	order by h.n desc nulls last, s.category limit p_most;
end $$;
create function suggestion_counts() returns table (gram text, category text, examples bigint, tickets bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select gram::text, category, examples, tickets from suggestion_served;
end $$;
create function suggestion_holders() returns table (kind text, category text, department text, n bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select kind, category, department, n from suggestion_holder order by 1, 2, 3;
end $$;

-- No policy, so no row: the functions are the only way.
alter table suggestion_example enable row level security;
alter table suggestion_learned enable row level security;
alter table suggestion_gram enable row level security;
alter table suggestion_holder enable row level security;
alter table suggestion_served enable row level security;
revoke all on suggestion_example, suggestion_model, suggestion_sight, suggestion_learned, suggestion_gram, suggestion_holder,
	suggestion_served, suggestion_cursor from public;
revoke execute on function import_examples, suggestion_witness, suggestion_next, suggestion_wanted, suggestion_learn, suggestion_due,
	suggestion_prune, suggestion_publish, suggestion_settings, suggestion_classes, suggestion_counts, suggestion_holders from public;
grant execute on function suggestion_next, suggestion_learn, suggestion_due, suggestion_publish, suggestion_settings, suggestion_classes,
	suggestion_counts, suggestion_holders to tiepdan_app;
