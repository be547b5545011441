-- What changes while suggestions are published is published next. Between the reading of the examples and the publishing there is a moment in which
-- an import was told "it is wanted already", and then it was not: whoever changes something holds the row of the model now, and who publishes says
-- which examples it has seen.
set local search_path = tiepdan, public;

create function examples_stamp(p_today date) returns text language sql stable set search_path = tiepdan, pg_temp as $$
	select md5(coalesce(string_agg(concat_ws(e'\n', category, text), e'\n' order by category, text), ''))
	from suggestion_example where p_today < coalesce(valid_to, 'infinity')
$$;
comment on function examples_stamp is 'Another for other examples.';

create or replace function import_examples(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into suggestion_example (category, text, language, valid_to)
	values (r->>'category', r->>'text', coalesce(r->>'language', 'vi'), (r->>'valid_to')::date)
	on conflict on constraint suggestion_example_pk do update set (language, valid_to) = (excluded.language, excluded.valid_to);
	select from suggestion_model where one for update;
	update suggestion_model set changed = true, published_at = null where published_at is not null or not changed
$$;

-- Stores what the events up to p_xid, p_id come to: tickets with what they are learned as (NULL: not any more), and the counts of
-- n-grams that are added or taken away. Nothing when somebody else has been there since the read. Returns how many events that were.
-- As in 0063, but that it does not pass by who publishes.
create or replace function suggestion_learn(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[],
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
	perform from suggestion_model where one for update;
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

-- The examples that count today, when it is time to serve anew: then there is a first row without a text. seen: for suggestion_publish().
drop function suggestion_due(timestamptz);
create function suggestion_due(p_now timestamptz) returns table (category text, text text, seen text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_today date := city_day(p_now);
begin
	if exists (select from suggestion_model m join setting s on s.name = 'suggestion_minutes'
			where m.changed and (m.published_at is null or m.published_at <= p_now - s.value * interval '1 minute')) then
		return query
		select null, null, examples_stamp(v_today)
		union all select category, text, null from suggestion_example where v_today < coalesce(valid_to, 'infinity');
	end if;
end $$;

drop function suggestion_publish(text[], text[], bigint[], timestamptz);
-- Serves what was learned, with the n-grams of the examples. Of history only what enough different people have used comes along.
-- Returns the new version, 0 when somebody else has just done it, or when the examples are not those that were seen: then it is due still.
-- p_seen: as suggestion_due() said it; NULL from servers of before 0129.
create function suggestion_publish(p_grams text[], p_categories text[], p_counts bigint[], p_now timestamptz, p_seen text default null)
returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_version bigint;
	v_witnesses int := (select value from setting where name = 'suggestion_witnesses');
	v_most int := (select value from setting where name = 'suggestion_served_most');
begin
	perform from suggestion_model where one for update;
	if p_seen <> examples_stamp(city_day(p_now)) then
		return 0;
	end if;
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

revoke all on function examples_stamp, suggestion_due, suggestion_publish from public;
grant execute on function suggestion_due, suggestion_publish to tiepdan_job;
do $$
begin
	if has_function_privilege('tiepdan_app', 'suggestion_next(bigint)', 'execute') then	-- the roles are not apart
		grant execute on function suggestion_due, suggestion_publish to tiepdan_app;
	end if;
end $$;
