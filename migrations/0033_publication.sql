-- Publication: a state machine of its own beside the work on a ticket. What is published is a text of its own, made for it and
-- looked through for personal data (civil/personal.h); neither contact nor names nor the text that was filed are reachable
-- from it. A ticket without a row here is private.
set local search_path = tiepdan, public;

-- For likeness of texts; a trusted extension.
create extension if not exists pg_trgm with schema public;

insert into setting values
	('publication_preview_days', 3, 'the citizen can look at the public version for so many days before it is published'),
	('publication_by_heads', 0, '1: heads publish what their department answered; 0: only the hub publishes'),
	('similar_days', 30, 'open tickets not older than this are named to somebody who files a similar one'),
	('similar_newest', 2000, 'published answers like what somebody files are looked for among so many of each category'),
	('similar_metres', 300, 'and, where both have a point, not farther away');

alter table category add column public_point text not null default 'near';
alter table category add constraint category_public_point check (public_point in ('exact', 'near', 'none'));
comment on column category.public_point is 'how a published ticket shows its place: exactly, within some 100 metres, or not at all';
insert into import_type (code, pattern, wanted, most) values ('public_point', '^(exact|near|none)$', 'one of exact, near, none', 16);
insert into import_column values ('categories', 'public_point', 'public_point', false, null);

-- --- the table -----------------------------------------------------------------------------------------------------------

create table publication_state (
	code     text not null,
	position int not null,
	name_vi  text not null,
	name_en  text not null,
	constraint publication_state_pk primary key (code)
);
insert into publication_state values
	('private', 1, 'Không công khai', 'Private'),
	('proposed', 2, 'Chờ công khai', 'Proposed'),
	('public', 3, 'Đã công khai', 'Public'),
	('link_only', 4, 'Chỉ xem qua liên kết', 'Only by its link'),
	('hidden', 5, 'Đã gỡ', 'Hidden');

create table publication_action (
	code      text not null,
	position  int not null,
	event     text not null,
	reason    text not null,
	public_vi text not null,
	public_en text not null,
	constraint publication_action_pk primary key (code),
	constraint publication_action_reason check (reason in ('none', 'optional', 'required'))
);
insert into publication_action values
	('propose', 1, 'publication.proposed', 'none', 'Nội dung dự kiến công khai đã được soạn', 'A version for publication was proposed'),
	('publish', 2, 'publication.published', 'none', 'Câu trả lời đã được công khai', 'The answer was published'),
	('share', 3, 'publication.shared', 'none', 'Câu trả lời có thể xem qua liên kết', 'The answer can be read by its link'),
	('drop', 4, 'publication.dropped', 'optional', 'Nội dung không được công khai', 'The answer is not going to be published'),
	('hide', 5, 'publication.hidden', 'required', 'Nội dung đã được gỡ khỏi trang công khai', 'The answer is no longer published'),
	('object', 6, 'publication.objected', 'optional', 'Người gửi phiếu không đồng ý công khai', 'The citizen objected to the publication');

create table publication_move (
	action     text not null,
	from_state text not null,
	to_state   text not null,
	constraint publication_move_pk primary key (action, from_state),
	constraint publication_move_action_fk foreign key (action) references publication_action,
	constraint publication_move_from_fk foreign key (from_state) references publication_state,
	constraint publication_move_to_fk foreign key (to_state) references publication_state
);
insert into publication_move values
	('propose', 'private', 'proposed'), ('propose', 'proposed', 'proposed'), ('propose', 'hidden', 'proposed'),
	('publish', 'proposed', 'public'), ('publish', 'link_only', 'public'),
	('share', 'proposed', 'link_only'), ('share', 'public', 'link_only'),
	('drop', 'proposed', 'private'),
	('hide', 'public', 'hidden'), ('hide', 'link_only', 'hidden'),
	('object', 'proposed', 'private'), ('object', 'public', 'hidden'), ('object', 'link_only', 'hidden');

create table publication_role (
	action  text not null,
	role    text not null,
	scope   text not null,
	setting text,
	constraint publication_role_pk primary key (action, role),
	constraint publication_role_action_fk foreign key (action) references publication_action,
	constraint publication_role_role_fk foreign key (role) references role,
	constraint publication_role_setting_fk foreign key (setting) references setting,
	constraint publication_role_scope check (scope in ('own', 'all', 'ticket'))
);
comment on table publication_role is 'Who may do what, among the tickets they see; scopes as in move_role.';
comment on column publication_role.setting is 'only while this setting is 1';
insert into publication_role (action, role, scope, setting)
	select a, 'officer', 'own', null from unnest('{propose,drop}'::text[]) a
	union all select a, 'head', 'own', case when a in ('publish', 'share') then 'publication_by_heads' end
		from unnest('{propose,drop,hide,publish,share}'::text[]) a
	union all select a, r, 'all', null from unnest('{propose,drop,hide,publish,share}'::text[]) a, unnest('{coordinator,hub_head}'::text[]) r
	union all values ('object', 'citizen', 'ticket', null);

create table publication (
	ticket       uuid not null,
	number       bigint not null,
	code         text not null,
	state        text not null,
	category     text not null,
	area         text,
	department   bigint not null,
	outcome      text not null,
	filed_at     timestamptz not null,
	answered_at  timestamptz not null,
	lon          float8,
	lat          float8,
	title        text not null,
	question     text not null,
	answer       text not null,
	folded_title text not null,
	folded       text not null,
	masked       jsonb,
	key          text,
	reason       text,
	proposed_by  uuid not null,
	proposed_at  timestamptz not null,
	decided_by   uuid,
	decided_at   timestamptz,
	objected_at  timestamptz,
	constraint publication_pk primary key (ticket),
	constraint publication_number unique (number),
	constraint publication_ticket_fk foreign key (ticket) references ticket,
	constraint publication_state_fk foreign key (state) references publication_state,
	constraint publication_proposer_fk foreign key (proposed_by) references account,
	constraint publication_decider_fk foreign key (decided_by) references account,
	constraint publication_outcome check (outcome in ('answered', 'refused')),
	constraint publication_key check ((state = 'link_only') = (key is not null) and length(key) >= 22),
	constraint publication_reason_length check (char_length(reason) between 5 and 2000),
	constraint publication_sizes check (char_length(title) between 5 and 2000 and char_length(question) between 10 and 100000
		and char_length(answer) between 10 and 200000),
	constraint publication_objection check (objected_at is null or state in ('private', 'hidden'))
);
create index publication_shown on publication (answered_at, ticket) where state = 'public';
create index publication_in_category on publication (category, answered_at, ticket) where state = 'public';
create index publication_words on publication using gin (to_tsvector('simple'::regconfig, folded)) where state = 'public';
comment on table publication is 'The public version of a ticket that has left the state private at least once.';
comment on constraint publication_sizes on publication is 'masks are longer than what they stand for';
comment on column publication.lon is 'as exact as the category wants it shown';
comment on column publication.masked is 'title, question and answer without what was found in them; NULL: nothing was found';
comment on column publication.key is 'whoever has it reads the version that is not listed';

create table publication_finding (
	id           uuid not null default gen_random_uuid(),
	ticket       uuid not null,
	field        text not null,
	kind         text not null,
	at           int not null,
	length       int not null,
	text         text not null,
	confirmed_by uuid,
	confirmed_at timestamptz,
	constraint publication_finding_pk primary key (id),
	constraint publication_finding_ticket_fk foreign key (ticket) references publication,
	constraint publication_finding_confirmer_fk foreign key (confirmed_by) references account,
	constraint publication_finding_field check (field in ('title', 'question', 'answer')),
	constraint publication_finding_confirmed check ((confirmed_by is null) = (confirmed_at is null)),
	constraint publication_finding_place check (at >= 0 and length > 0)
);
create index publication_finding_of_ticket on publication_finding (ticket);
comment on table publication_finding is 'What looks like personal data in the version as it is: published is nothing before somebody
	has confirmed for each that it may be. Offset and length are in code points.';

-- The state changes only along the table, whoever writes it; a new row leaves `private`.
create function publication_guard() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_from text := case when tg_op = 'UPDATE' then old.state else 'private' end;
begin
	if not exists (select from publication_move where from_state = v_from and to_state = new.state)
		and not (tg_op = 'UPDATE' and new.state = old.state) then
		raise exception 'no move leads from % to %', v_from, new.state using errcode = 'TD491';
	end if;
	return new;
end $$;
create trigger publication_guard before insert or update on publication for each row execute function publication_guard();

-- --- rights --------------------------------------------------------------------------------------------------------------

create function publication_state_of(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select state from publication where ticket = p_ticket), 'private');
end $$;
-- Only what everybody concerned may see, and has been decided.
create function publishable(t ticket) returns boolean language sql stable parallel safe as $$
	select t.visibility = 'public' and t.sight = 'public' and t.state in ('answered', 'closed', 'refused')
$$;
create function publication_may(t ticket, p_action text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from publication_role r left join setting s on s.name = r.setting
		where r.action = p_action and r.role = any (caller_roles()) and coalesce(s.value, 1) = 1
			and (r.scope = 'all' or (r.scope = 'own' and t.holder = caller_department())));
end $$;
create function publication_preview_until(p publication) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return p.proposed_at + make_interval(days => (select value from setting where name = 'publication_preview_days'));
end $$;
-- What keeps a version from being read by others, in the offer of moves and in the refusal alike: TD493 what was found is neither
-- masked nor confirmed, TD494 the citizen has still time to look at it.
create function publication_unready(t ticket, p_action text, p_at timestamptz) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return case
		when p_action not in ('publish', 'share') then null
		when exists (select from publication_finding where ticket = t.id and confirmed_by is null) then 'TD493'
		when exists (select from publication p where p.ticket = t.id and p.state = 'proposed' and p_at < publication_preview_until(p)) then 'TD494' end;
end $$;
-- What may be a report of a crime or the like (0034) is published by the hub, which has looked at it, or not at all.
create function publication_open(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not triage_discreet(t.id) or caller_roles() && '{coordinator,hub_head}';
end $$;
create function publication_moves(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(a.code order by a.position), '[]')
		from publication_move m join publication_action a on a.code = m.action
		where m.from_state = publication_state_of(t.id) and publication_may(t, a.code) and caller_barred(t.id) is null and (a.code not in ('propose', 'publish', 'share')
			or (publishable(t) and publication_open(t) and not exists (select from publication where ticket = t.id and objected_at is not null)
				and publication_unready(t, a.code, now()) is null)));
end $$;

-- Refuses what is not open to the caller: TD403, TD490 not for publication, TD491 in another state, TD492 the citizen objected.
create function publication_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not publication_may(t, p_action) then
		raise exception 'none of the caller''s roles may % this', p_action using errcode = 'TD403';
	end if;
	perform caller_impartial(t.id);
	if p_action in ('propose', 'publish', 'share') and not (publishable(t) and publication_open(t)) then
		raise exception 'such a ticket is not published' using errcode = 'TD490';
	elsif not exists (select from publication_move where action = p_action and from_state = publication_state_of(t.id)) then
		raise exception 'the publication is %', publication_state_of(t.id) using errcode = 'TD491';
	elsif p_action in ('propose', 'publish', 'share') and exists (select from publication where ticket = t.id and objected_at is not null) then
		raise exception 'the citizen objected' using errcode = 'TD492';
	end if;
end $$;

-- --- what is shown to whom it concerns -----------------------------------------------------------------------------------

create function publication_text(p publication) returns json language sql stable parallel safe as $$
	select case when (p).ticket is not null then json_build_object('title', (p).title, 'question', (p).question, 'answer', (p).answer,
		'point', case when (p).lon is not null then json_build_object('lon', (p).lon, 'lat', (p).lat) end) end
$$;
create function publication_body(t ticket, out body text, out etag text) language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	p publication;
begin
	select * into p from publication where ticket = t.id;
	body := (
		select json_build_object('ticket', t.id, 'code', t.code, 'state', s.code, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'version', publication_text(p), 'masked', p.masked, 'key', p.key, 'reason', p.reason,
			'findings', (select coalesce(json_agg(json_build_object('id', f.id, 'field', f.field, 'kind', f.kind, 'offset', f.at,
					'length', f.length, 'text', f.text, 'confirmed_at', instant(f.confirmed_at), 'confirmed_by', person_named(f.confirmed_by))
					order by f.field, f.at), '[]') from publication_finding f where f.ticket = t.id),
			'proposed_at', instant(p.proposed_at), 'proposed_by', person_named(p.proposed_by),
			'preview_until', case when p.state = 'proposed' then instant(publication_preview_until(p)) end,
			'decided_at', instant(p.decided_at), 'decided_by', person_named(p.decided_by), 'objected_at', instant(p.objected_at),
			'moves', publication_moves(t))::text
		from publication_state s where s.code = coalesce(p.state, 'private'));
	etag := t.version::text;
end $$;
create function publication_show(p_ticket uuid, out body text, out etag text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	select * into strict t from ticket where id = ticket_visible(p_ticket);
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;
-- For the citizen; the version is there as long as it may still, or again, be read by others.
create function publication_told(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	p publication;
begin
	select * into p from publication where ticket = p_ticket;
	return (
		select json_build_object('state', s.code, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'version', case when s.code in ('proposed', 'public', 'link_only') then publication_text(p) end,
			'preview_until', case when s.code = 'proposed' then instant(publication_preview_until(p)) end,
			'may_object', exists (select from publication_move where action = 'object' and from_state = s.code))
		from publication_state s where s.code = coalesce(p.state, 'private'));
end $$;

-- The published answer in the form of replies, for those who joined the ticket (0032).
create function publication_replies(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(answered_at), 'text', answer, 'department', department_named(department))), '[]')
		from publication where ticket = p_ticket and state = 'public');
end $$;

-- --- changing ------------------------------------------------------------------------------------------------------------

-- What a public version begins with: the words of the ticket and of its last published reply, or of the reason it was refused for.
create function publication_draft(p_ticket uuid, p_version bigint, out title text, out question text, out answer text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform publication_check(t, 'propose');
	title := t.title;
	question := t.text;
	answer := case when t.state = 'refused'
		then (select r.text_vi || E'\n\n' || r.basis_vi from event e join refusal_reason r on r.code = e.data->>'reason_code'
			where e.ticket = t.id and e.type = 'ticket.refused' and e.at > t.filed_at - interval '1 day' order by e.at desc limit 1)
		else (select r.text from reply r where r.ticket = t.id and r.state = 'published' order by r.version desc limit 1) end;
end $$;

create function publication_told_as(t ticket, p_action text, p_actor_kind text, p_at timestamptz, p_event uuid, p_data jsonb)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
	perform event_write(p_event, p_at, t.id, a.event, p_actor_kind, case p_actor_kind when 'staff' then caller_account() end,
		case p_actor_kind when 'staff' then caller_department() else t.holder end, null, null, a.public_vi, a.public_en, nullif(jsonb_strip_nulls(p_data), '{}'))
		from publication_action a where a.code = p_action;
	return t;
end $$;
comment on function publication_told_as is 'The page of the citizen changes, so the version of the ticket does.';

-- Proposes a version, with what was found in it: parallel arrays.
create function publication_propose(p_ticket uuid, p_version bigint, p_title text, p_question text, p_answer text, p_folded_title text,
	p_folded text, p_masked jsonb, p_fields text[], p_kinds text[], p_offsets bigint[], p_lengths bigint[], p_pieces text[],
	p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	v_from text := publication_state_of(p_ticket);
begin
	perform publication_check(t, 'propose');
	insert into publication (ticket, number, code, state, category, area, department, outcome, filed_at, answered_at, lon, lat, title,
		question, answer, folded_title, folded, masked, proposed_by, proposed_at)
	select t.id, t.number, t.code, 'proposed', t.category, t.area, t.holder, case t.state when 'refused' then 'refused' else 'answered' end,
		t.filed_at, coalesce(t.answered_at, t.updated_at),
		point_public(c.public_point, t.lon),
		point_public(c.public_point, t.lat),
		p_title, p_question, p_answer, p_folded_title, p_folded, p_masked, caller_account(), p_at
	from category c where c.code = t.category
	on conflict (ticket) do update set (state, department, outcome, answered_at, lon, lat, title, question, answer, folded_title, folded,
		masked, proposed_by, proposed_at, decided_by, decided_at, reason) = (excluded.state, excluded.department, excluded.outcome,
		excluded.answered_at, excluded.lon, excluded.lat, excluded.title, excluded.question, excluded.answer, excluded.folded_title,
		excluded.folded, excluded.masked, excluded.proposed_by, excluded.proposed_at, null, null, null);
	delete from publication_finding where ticket = t.id;
	insert into publication_finding (ticket, field, kind, at, length, text)
		select t.id, f.* from unnest(p_fields, p_kinds, p_offsets, p_lengths, p_pieces) f;
	t := publication_told_as(t, 'propose', 'staff', p_at, p_event, jsonb_build_object('from', v_from, 'to', 'proposed',
		'findings', cardinality(p_fields)));
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;

-- Somebody who may propose or publish takes it upon himself that this may be read by everybody; TD404 when the version has no such
-- finding (any more).
create function publication_confirm(p_ticket uuid, p_finding uuid, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
	v_kind text;
begin
	if not (publication_may(t, 'propose') or publication_may(t, 'publish')) then
		raise exception 'none of the caller''s roles may confirm this' using errcode = 'TD403';
	elsif publication_state_of(t.id) <> 'proposed' then
		raise exception 'the publication is %', publication_state_of(t.id) using errcode = 'TD491';
	end if;
	update publication_finding set confirmed_by = coalesce(confirmed_by, caller_account()), confirmed_at = coalesce(confirmed_at, p_at)
		where id = p_finding and ticket = t.id returning kind into v_kind;
	if not found then
		raise exception 'no such finding' using errcode = 'TD404';
	end if;
	update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
	perform event_write(p_event, p_at, t.id, 'publication.confirmed', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('finding', p_finding, 'kind', v_kind));
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;

-- The other moves of staff. Refusals besides those of publication_check(): TD428 no reason, TD493 what was found is neither masked
-- nor confirmed, TD494 the citizen has still time to look at it.
create function publication_decide(p_ticket uuid, p_version bigint, p_action text, p_reason text, p_key text, p_at timestamptz, p_event uuid,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	p publication;
	v_to text;
begin
	perform publication_check(t, p_action);
	select * into strict p from publication where ticket = t.id;
	if (select reason from publication_action where code = p_action) = 'required' and nullif(p_reason, '') is null then
		raise exception '% needs a reason', p_action using errcode = 'TD428';
	elsif publication_unready(t, p_action, p_at) is not null then
		raise exception '% has to wait', p_action using errcode = publication_unready(t, p_action, p_at);
	end if;
	v_to := (select to_state from publication_move where action = p_action and from_state = p.state);
	update publication set state = v_to, key = case v_to when 'link_only' then p_key end, reason = p_reason, decided_by = caller_account(),
		decided_at = p_at where ticket = t.id;
	t := publication_told_as(t, p_action, 'staff', p_at, p_event, jsonb_build_object('from', p.state, 'to', v_to, 'reason', p_reason));
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;

-- The citizen objects: from then on it stays private.
create function publication_object(p_number bigint, p_generation bigint, p_reason text, p_at timestamptz, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
	v_from text := publication_state_of(t.id);
	v_to text := (select to_state from publication_move where action = 'object' and from_state = v_from);
begin
	if v_to is null then
		raise exception 'the publication is %', v_from using errcode = 'TD491';
	end if;
	update publication set state = v_to, key = null, objected_at = p_at where ticket = t.id;
	-- Events hold no words of the citizen.
	insert into message (id, ticket, at, text) select gen_random_uuid(), t.id, p_at, p_reason where p_reason is not null;
	perform publication_told_as(t, 'object', 'ticket', p_at, p_event, jsonb_build_object('from', v_from, 'to', v_to));
	return v_to;
end $$;

-- --- reading without an account ------------------------------------------------------------------------------------------

create function published_item(p publication) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select jsonb_build_object('code', p.code, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'department', named(d.code, d.name_vi, d.name_en), 'outcome', p.outcome,
			'petition', petition_told(p.ticket), 'title', p.title, 'filed_at', instant(p.filed_at), 'answered_at', instant(p.answered_at))
		from category c join department d on d.id = p.department left join area a on a.code = p.area where c.code = p.category);
end $$;
-- The codes of a category and of those below it; NULL for NULL.
create function category_family(p_category text) returns text[] language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when p_category is not null then array(select code from category where code = p_category or parent = p_category) end;
end $$;

-- What is published, last answered first. `p_query` is folded; all of its words have to be there. `p_after` is the key of the
-- last row seen.
create function published_list(p_category text, p_area text, p_query text, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_categories text[] := category_family(p_category);
	v_at timestamptz := coalesce(split_part(p_after, '|', 1)::timestamptz, 'infinity');
	v_id uuid := coalesce(split_part(p_after, '|', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
	v_ids uuid[];
begin
	if p_query is not null then
		v_ids := array(select ticket from publication where state = 'public'
			and to_tsvector('simple'::regconfig, folded) @@ plainto_tsquery('simple'::regconfig, p_query)
			and (answered_at, ticket) < (v_at, v_id) and (v_categories is null or category = any (v_categories))
			and (p_area is null or area = p_area) order by answered_at desc, ticket desc limit p_limit + 1);
	else
		v_ids := array(select ticket from publication where state = 'public'
			and (answered_at, ticket) < (v_at, v_id) and (v_categories is null or category = any (v_categories))
			and (p_area is null or area = p_area) order by answered_at desc, ticket desc limit p_limit + 1);
	end if;
	return query
	select published_item(p)::text, concat_ws('|', p.answered_at, p.ticket)
	from unnest(v_ids) with ordinality i (id, ord) join publication p on p.ticket = i.id order by i.ord;
end $$;

-- One that is published, or can be read by its key. NULL alike for all others.
create function published_show(p_number bigint, p_key text, out body text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	select (published_item(p) || publication_text(p)::jsonb)::text into body
	from publication p where p.number = p_number and (p.state = 'public' or (p.state = 'link_only' and p.key = p_key));
end $$;

-- The newest published answers of some categories (NULL: of all), so many at most of each.
create function published_newest(p_categories text[], p_most bigint) returns setof publication language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
	if p_categories is null then
		return query select * from publication where state = 'public' order by answered_at desc, ticket desc limit p_most;
	else
		return query select p.* from unnest(p_categories) c (code) cross join lateral (
			select * from publication where state = 'public' and category = c.code order by answered_at desc, ticket desc limit p_most) p;
	end if;
end $$;
-- Published answers whose titles are like this one (folded), the most alike first. Looked for among the newest: titles of a city
-- have so many trigrams in common that an index of those would hand out most of them.
create function published_similar(p_title text, p_category text, p_limit bigint)
returns table (item text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_categories text[] := category_family(coalesce((select parent from category where code = p_category), p_category));
begin
	return query
	select published_item(p)::text
	from published_newest(v_categories, (select value from setting where name = 'similar_newest')) p
		cross join lateral (select public.similarity(p.folded_title, p_title) as alike) s
	where s.alike >= 0.25 order by s.alike desc, p.answered_at desc limit p_limit;
end $$;

-- A rough distance in metres, good for a city.
create function metres_between(lon1 float8, lat1 float8, lon2 float8, lat2 float8) returns float8 language sql immutable parallel safe as $$
	select 111320 * sqrt(power(lat1 - lat2, 2) + power((lon1 - lon2) * cos(radians((lat1 + lat2) / 2)), 2))
$$;
-- A place as others may see it: exactly, by a net of some 100 metres, or not at all (category.public_point).
create function point_public(p_shown text, p_degrees float8) returns float8 language sql immutable parallel safe as $$
	select case p_shown when 'exact' then p_degrees when 'near' then round(p_degrees::numeric, 3)::float8 end
$$;
-- Open public tickets of the same area and category family of the last days, the nearest first; without a point the newest.
-- The title is there once the department has accepted: before, nobody has looked at it. Distances are those of the place as it is
-- shown, by the hundred metres: whoever asks from three points learns no more. What may be a report of a crime or the like is
-- not there.
create function open_similar(p_category text, p_area text, p_lon float8, p_lat float8, p_now timestamptz, p_limit bigint)
returns table (item text, title text) language plpgsql stable security definer set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_categories text[] := category_family(coalesce((select parent from category where code = p_category), p_category));
	v_from timestamptz := p_now - make_interval(days => (select value from setting where name = 'similar_days'));
	v_metres int := (select value from setting where name = 'similar_metres');
begin
	return query
	select json_build_object('code', t.code, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'filed_at', instant(t.filed_at), 'metres', ceil(x.metres / 100) * 100)::text,
		case when t.state <> 'submitted' then t.title end
	from (select * from ticket where area = p_area and filed_at > v_from and not done and visibility = 'public' and sight = 'public'
			and kind <> 'emergency' and (v_categories is null or category = any (v_categories)) order by filed_at desc, id desc limit 200) t
		join state s on s.code = t.state join category c on c.code = t.category join area a on a.code = t.area
		cross join lateral (select metres_between(point_public(c.public_point, t.lon), point_public(c.public_point, t.lat),
			p_lon, p_lat) as metres) x
	where (x.metres is null or x.metres <= v_metres) and not triage_discreet(t.id)
	order by x.metres nulls last, t.filed_at desc, t.id limit p_limit;
end $$;

-- --- whom it is told -----------------------------------------------------------------------------------------------------

insert into notice_rule (type, audience) values
	('publication.proposed', 'citizen'), ('publication.published', 'citizen'), ('publication.objected', 'holder');
select letter_add('publication.proposed', 'citizen', false, 'Nội dung phiếu dự kiến được công khai',
	'Câu hỏi và câu trả lời dự kiến được công khai, không nêu tên và thông tin liên hệ. Kính mời Ông/Bà xem nội dung khi tra cứu phiếu; '
		'nếu không đồng ý, Ông/Bà chọn "Không đồng ý công khai".',
	'Your ticket is going to be published',
	'Question and answer are going to be published, without your name and contact. Please read the public version when you follow the '
		'ticket; if you do not agree, you can object there.');
select letter_add('publication.published', 'citizen', false, 'Câu trả lời đã được công khai',
	'Câu hỏi và câu trả lời đã được công khai, không nêu tên và thông tin liên hệ của Ông/Bà.',
	'The answer was published',
	'Question and answer were published, without your name and contact.');
select letter_add('publication.objected', 'staff', false, 'Người gửi không đồng ý công khai',
	'Người gửi phiếu không đồng ý công khai nội dung lúc {{at}}; nội dung không được công khai.',
	'The citizen objects to the publication',
	'The citizen objected to the publication at {{at}}; the ticket stays private.');

-- No policy, so no row: the functions are the only way.
alter table publication enable row level security;
alter table publication_finding enable row level security;
revoke all on publication_state, publication_action, publication_move, publication_role, publication, publication_finding from public;
revoke execute on function publication_open, publication_replies, published_newest, point_public, publication_guard, publication_state_of, publishable, publication_may, publication_moves, publication_check,
	publication_text, publication_preview_until, publication_unready, publication_body, publication_show, publication_told, publication_draft,
	publication_told_as, publication_propose, publication_confirm, publication_decide,
	publication_object, published_item, category_family, published_list, published_show, published_similar, metres_between, open_similar
	from public;
grant execute on function publication_show, publication_draft, publication_propose, publication_confirm,
	publication_decide, publication_object, published_list, published_show,
	published_similar, open_similar to tiepdan_app;
