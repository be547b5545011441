-- Everything that is held about somebody, in one document (Law 91/2025/QH15: the right to see and to be given one's data): for the citizen of
-- a ticket, and for the data protection officer about one person, each ticket with an event that says for what.
set local search_path = tiepdan, public;

create or replace function event_words(p_type text) returns text[] language sql immutable parallel safe as $$
	select case when p_type in ('contact.read', 'contact.searched', 'contact.exported') then '{purpose}'
		when p_type like 'personal\_data.%' then '{searched_for}' else '{reason}' end::text[]
$$;

alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('search_purposes_kept_days', 1825, 'for what a data protection officer has searched for a person is kept so many calendar days; with a ticket as long as it', 30, 36500);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key = 'search_purposes_kept_days')
	where k.kind = 'settings';

-- Leaves a trace of a search for a person, also of one that finds nothing: an event, and in what the account has done. For what it was may name the
-- person, so it is a text of the event (0050), which is forgotten after its days and is not in the record.
create function personal_data_told(p_type text, p_purpose text, p_data jsonb) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_event uuid := gen_random_uuid();
begin
	perform event_write(v_event, now(), null, p_type, 'staff', caller_account(), caller_department(), null, null, null, null,
		p_data || jsonb_build_object('searched_for', p_purpose));
	perform account_tell(caller_account(), p_type, caller_session(), p_data || jsonb_build_object('event', v_event));
end $$;
create function search_purposes_forget(p_now timestamptz, p_limit bigint) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_before timestamptz := p_now - make_interval(days => (select value from setting where name = 'search_purposes_kept_days'));
	v_gone bigint;
begin
	delete from event_text where (event, name) in (select event, name from event_text where name = 'searched_for' and at < v_before order by at limit p_limit
		for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

-- Who has read the contact and for what, newest first: departments and purposes, not names of people.
create function contact_reads(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select coalesce(json_agg(json_build_object('at', instant(r.at), 'type', r.type, 'department', department_named(r.department),
			'purpose', (select x.text from event_text x where x.event = r.id and x.name = 'purpose')) order by r.at desc, r.id desc), '[]')
		from (select e.id, e.at, e.type, e.department from event e where e.ticket = p_ticket
			and e.type in ('contact.read', 'contact.searched', 'contact.exported') order by e.at desc, e.id desc limit 200) r);
end $$;
-- As in 0081.
create or replace function contact_held(p_number bigint, p_generation bigint, out ticket uuid, out epoch bigint, out wrapped bytea, out box bytea,
	out body text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	select c.ticket, c.epoch, c.wrapped, c.box into ticket, epoch, wrapped, box from contact c where c.ticket = t.id;
	body := (select json_build_object('erased_at', (select instant(c.erased_at) from contact c where c.ticket = t.id), 'reads', contact_reads(t.id)));
end $$;

-- All of a ticket that its citizen may know, but the contact, which only the server opens. `p_files`: where its files are, behind it the id of
-- each; NULL: not for the caller. With what was asked about their data (0091).
create function ticket_export(t ticket, p_files text, p_now timestamptz, p_soon timestamptz) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	r retention := retention_of(t, city_day(p_now));
begin
	return (select json_build_object('exported_at', instant(p_now), 'ticket', tracking_whole(t, p_now, p_soon)::json,
		'filed', json_build_object('language', t.language, 'channel', t.channel, 'anonymous', t.anonymous, 'visibility', t.visibility, 'level', t.level,
			'lon', t.lon, 'lat', t.lat),
		'contact_erased_at', (select instant(c.erased_at) from contact c where c.ticket = t.id), 'reads', contact_reads(t.id),
		'ratings', (select coalesce(json_agg(json_build_object('score', g.score, 'reasons', to_json(g.reasons), 'comment', g.comment, 'at', instant(g.at))
			order by g.at), '[]') from rating g where g.ticket = t.id),
		'clocks', (select coalesce(json_agg(json_build_object('kind', c.kind, 'round', c.round, 'holder', department_named(c.holder),
				'start_at', instant(c.start_at), 'due_at', instant(c.due_at), 'stop_at', instant(c.stop_at), 'outcome', c.outcome)
			order by c.stop_at, c.kind, c.round), '[]') from clock c where c.ticket = t.id),
		'files', (select coalesce(json_agg(json_build_object('file', attachment_item(a), 'href', p_files || a.id) order by a.linked_at, a.id), '[]')
			from attachment a where a.ticket = t.id and attachment_told(a)),
		'notices', (select coalesce(json_agg(json_build_object('type', n.type, 'channel', n.channel, 'language', n.language, 'state', n.state,
				'made_at', instant(n.made_at), 'sent_at', instant(n.sent_at)) order by n.made_at, n.id), '[]')
			from notice n where n.ticket = t.id and n.audience = 'citizen'),
		'data_requests', (select coalesce(json_agg(data_request_item(d, false) order by d.filed_at, d.id), '[]') from data_request d where d.ticket = t.id),
		'retention', json_build_object('class', retention_class_named(r), 'began', r.began,
			'until', nullif(coalesce(r.case_until, r.until), 'infinity'), 'permanent', coalesce(coalesce(r.case_until, r.until) = 'infinity', false))));
end $$;

create function export_tracked(p_number bigint, p_generation bigint, p_now timestamptz, p_soon timestamptz,
	out ticket uuid, out epoch bigint, out wrapped bytea, out box bytea, out code text, out body text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	select c.ticket, c.epoch, c.wrapped, c.box into ticket, epoch, wrapped, box from contact c where c.ticket = t.id;
	code := t.code;
	body := ticket_export(t, '/v1/tracking/attachments/', p_now, p_soon);
end $$;

-- The next tickets of a person, and what they have asked at a counter or in a letter (0091), the newest first, behind one of them; each ticket has
-- an event that tells of it. As many as there are ids of events in `p_events`, but one more row where there are more, without a body.
create function personal_data_export(p_phone bytea, p_email bytea, p_after uuid, p_purpose text, p_events uuid[], p_now timestamptz, p_soon timestamptz)
returns table (ticket uuid, epoch bigint, wrapped bytea, box bytea, body text) language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_found uuid[];
begin
	perform caller_needs('personal_data');
	v_found := array(select x.ticket from (select c.ticket from contact c where c.phone_index = p_phone
		union select c.ticket from contact c where c.email_index = p_email union select r.id from data_requests_found(p_phone, p_email) r (id)) x
		where (p_after is null or x.ticket < p_after) and not kept_away(x.ticket, caller_account()) order by x.ticket desc limit cardinality(p_events) + 1);
	perform event_write(e.id, p_now, e.ticket, 'contact.exported', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('purpose', p_purpose)) from unnest(v_found, p_events) e (ticket, id) join ticket t on t.id = e.ticket where e.id is not null;
	perform personal_data_told('personal_data.exported', p_purpose, jsonb_strip_nulls(jsonb_build_object('after', p_after,
		'found', least(cardinality(v_found), cardinality(p_events)))));
	return query select f.id, c.epoch, c.wrapped, c.box, case when f.place > cardinality(p_events) then null when t.id is not null then
			ticket_export(t, case when sees(t) then format('/v1/tickets/%s/attachments/', t.id) end, p_now, p_soon) else
			json_build_object('exported_at', instant(p_now), 'identity', d.identity, 'data_request', data_request_item(d, false))::text end
		from unnest(v_found) with ordinality f (id, place) join contact c on c.ticket = f.id left join ticket t on t.id = f.id
			left join data_request d on d.id = f.id order by f.place;
end $$;

revoke execute on function personal_data_told, search_purposes_forget, contact_reads, ticket_export, export_tracked, personal_data_export from public;
grant execute on function search_purposes_forget, export_tracked, personal_data_export to tiepdan_app;
