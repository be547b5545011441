-- Replies before they are published: two people do not overwrite each other's drafts, colleagues review them, nobody signs what
-- they proposed themselves, and templates begin them. Refusals tell their law.
set local search_path = tiepdan, public;

-- --- four eyes -----------------------------------------------------------------------------------------------------------

alter table move_role add column alone boolean not null default false;
comment on column move_role.alone is 'also for what the caller proposed: where one person is all there is';
update move_role set alone = true where action = 'approve' and role = 'data_officer';
update action set conditional = true where code in ('approve', 'propose');

-- Whether the reply that waits for a signature is the caller's own, and none of their roles may sign that. Own is not only what
-- they proposed: also the draft that became the first proposal of this answer, and whatever was written after it.
create function reply_own(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_answered int := coalesce((select max(version) from reply where ticket = t.id and state = 'published'), 0);
	v_first int := (select min(version) from reply where ticket = t.id and version > v_answered and state in ('proposed', 'sent_back'));
begin
	return exists (select from reply where ticket = t.id and version >= greatest(v_first - 1, v_answered + 1) and author = caller_account())
		and exists (select from reply where ticket = t.id and state = 'proposed') and not exists (select from move_role where action = 'approve' and alone and role = any (caller_roles())
			and (sight is null or sight = t.sight));
end $$;

-- --- reviews by colleagues -----------------------------------------------------------------------------------------------

create table reply_review (
	id         uuid not null,
	ticket     uuid not null,
	version    int not null,
	at         timestamptz not null,
	reviewer   uuid not null,
	department bigint not null,
	verdict    text not null,
	comment    text,
	constraint reply_review_pk primary key (id),
	constraint reply_review_reply_fk foreign key (ticket, version) references reply (ticket, version),
	constraint reply_review_reviewer_fk foreign key (reviewer) references account,
	constraint reply_review_verdict check (verdict in ('ok', 'changes')),
	constraint reply_review_comment_length check (char_length(comment) between 2 and 5000),
	constraint reply_review_says_what check (verdict = 'ok' or comment is not null)
);
create index reply_review_of_reply on reply_review (ticket, version, at, id);
comment on table reply_review is 'What colleagues think of one version of a reply. The last verdict of each of them counts.';

alter table department add column reply_review boolean not null default false;
comment on column department.reply_review is 'a reply is proposed only when a colleague has found that version good, and none waits for changes';

insert into import_column values ('departments', 'reply_review', 'bool', false, null);
create or replace function import_departments(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into department (code, kind, name_vi, name_en, area, governs, hub, calendar, reply_review, valid_from, valid_to, note)
	values (r->>'code', r->>'kind', r->>'name_vi', r->>'name_en', r->>'area', coalesce((r->>'governs')::boolean, false),
		coalesce((r->>'hub')::boolean, false), r->>'calendar', coalesce((r->>'reply_review')::boolean, false), (r->>'valid_from')::date,
		(r->>'valid_to')::date, r->>'note')
	on conflict (code) do update set (kind, name_vi, name_en, area, governs, hub, calendar, reply_review, valid_from, valid_to, note) =
		(excluded.kind, excluded.name_vi, excluded.name_en, excluded.area, excluded.governs, excluded.hub, excluded.calendar,
		excluded.reply_review, excluded.valid_from, excluded.valid_to, excluded.note)
$$;
comment on function import_departments is 'code, parent (optional), kind, name_vi, name_en, area (optional), governs (true for the committee
of a ward or commune), hub (true for the coordinating centre), calendar (optional: that of the parent), reply_review (true: a colleague
reviews each reply), valid_from, valid_to, successor, note (all optional)';

create function reply_last(p_ticket uuid) returns reply language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r reply;
begin
	select * into r from reply where ticket = p_ticket order by version desc limit 1;
	return r;
end $$;

create function reply_reviews_of(p_ticket uuid, p_version int) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(at), 'reviewer', person_named(reviewer), 'verdict', verdict,
			'comment', comment) order by at, id), '[]')
		from reply_review where ticket = p_ticket and version = p_version);
end $$;

-- A review by somebody of the department that holds the ticket, of the last version: TD412 when there is a later one, TD404
-- when there is none, TD438 for its author.
create function reply_review_write(p_id uuid, p_ticket uuid, p_version bigint, p_verdict text, p_comment text, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
	r reply := reply_last(t.id);
begin
	perform caller_needs('note'), caller_impartial(t.id);
	if t.holder <> caller_department() then
		raise exception 'another department holds the ticket' using errcode = 'TD403';
	elsif p_version not between 1 and coalesce(r.version, 0) then
		raise exception 'no such version' using errcode = 'TD404';
	elsif r.version <> p_version then
		raise exception 'the reply has version %', r.version using errcode = 'TD412';
	elsif r.state not in ('draft', 'proposed') then
		raise exception 'the reply is %', r.state using errcode = 'TD409', detail = moves_of(t)::text;
	elsif r.author = caller_account() then
		raise exception 'nobody reviews a text of their own' using errcode = 'TD438';
	end if;
	insert into reply_review (id, ticket, version, at, reviewer, department, verdict, comment)
		values (p_id, t.id, r.version, p_at, caller_account(), caller_department(), p_verdict, p_comment);
	perform event_write(p_event, p_at, t.id, 'reply.reviewed', 'staff', caller_account(), t.holder, null, null, null, null,
		jsonb_build_object('version', r.version, 'verdict', p_verdict));
end $$;

-- Whether this text may be proposed as far as reviews go: it is the draft that was found good, or the department asks for none.
create function reply_reviewed(t ticket, p_last reply, p_text text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not (select reply_review from department where id = t.holder) or (coalesce(p_last.text = p_text, false) and coalesce((
		select bool_and(verdict = 'ok') from (
			select distinct on (reviewer) verdict from reply_review where ticket = t.id and version = p_last.version
			order by reviewer, at desc, id desc) x), false));
end $$;

-- Whether anything may be proposed: the caller can always bring a text, unless a colleague has to have found the draft good.
create function reply_proposable(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r reply := reply_last(t.id);
begin
	return reply_reviewed(t, r, case when r.state = 'draft' then r.text end);
end $$;

-- --- drafts and moves ----------------------------------------------------------------------------------------------------

-- As before; TD445 evidence is missing, TD448 a review, TD438 the signature under one's own proposal.
create or replace function reply_move(t ticket, a action, p_text text, p_at timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_last reply;
	v_text text;
begin
	if a.reply = 'tell' then
		insert into message (id, ticket, at, author, department, text)
			values (gen_random_uuid(), t.id, p_at, caller_account(), caller_department(), p_text);
		return;
	end if;
	perform evidence_check(t, a);	-- the function comes with 0037
	v_last := reply_last(t.id);
	v_text := coalesce(p_text, case when v_last.state = 'draft' then v_last.text end);
	if a.reply = 'propose' and v_text is not null then
		if not reply_reviewed(t, v_last, v_text) then
			raise exception 'no colleague has found the draft good' using errcode = 'TD448';
		end if;
		insert into reply (ticket, version, at, author, department, state, text) values (t.id, coalesce(v_last.version, 0) + 1, p_at,
			caller_account(), caller_department(), 'proposed', v_text);
	elsif a.reply in ('send_back', 'publish') and v_last.state = 'proposed' then
		if a.reply = 'publish' and reply_own(t) then
			raise exception 'nobody signs what they proposed' using errcode = 'TD438';
		end if;
		update reply set state = case a.reply when 'publish' then 'published' else 'sent_back' end,
			decided_by = caller_account(), decided_at = p_at where ticket = t.id and version = v_last.version;
	elsif a.reply <> 'keep' then
		raise exception 'the ticket has no draft reply' using errcode = 'TD433';
	end if;
end $$;

comment on function reply_draft is 'for servers of before, as long as there are some: does not know of other writers';
-- Keeps a draft that was made from version `p_base` of the reply (0: from nothing). When somebody has written a later one,
-- nothing is kept: `conflict` has that one and this, as members of a JSON object. (An error would carry them into the log of
-- the database.) The same text again is kept once.
create function reply_keep(p_id uuid, p_ticket uuid, p_base bigint, p_text text, p_at timestamptz, p_event uuid,
	out body text, out etag text, out conflict text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
	r reply := reply_last(t.id);
	v_same boolean := coalesce(r.state = 'draft' and r.text = p_text, false);
begin
	perform move_check(t, 'propose');
	if not v_same and coalesce(r.version, 0) <> p_base then
		conflict := format('"current":%s,"yours":%s', case when r.id is null then 'null' else json_build_object('version', r.version,
			'at', instant(r.at), 'state', r.state, 'author', person_named(r.author), 'text', r.text)::text end, to_json(p_text));
		return;
	elsif not v_same then
		insert into reply (id, ticket, version, at, author, department, state, text)
			values (p_id, t.id, 1 + p_base, p_at, caller_account(), caller_department(), 'draft', p_text) returning * into r;
		update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
		perform event_write(p_event, p_at, t.id, 'reply.drafted', 'staff', caller_account(), t.holder, null, null, null, null,
			jsonb_build_object('version', r.version));
	end if;
	select (m.body::jsonb || jsonb_build_object('reply_version', r.version))::text, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- --- refusals ------------------------------------------------------------------------------------------------------------

-- Why a ticket was refused or redirected, with the law, and where the citizen was sent to; NULL for others.
create function refusal_of(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if t.state not in ('refused', 'redirected') then
		return null;
	end if;
	return (
		select json_build_object('code', r.code, 'text_vi', r.text_vi, 'text_en', r.text_en, 'basis_vi', r.basis_vi, 'basis_en', r.basis_en,
			'department', (select named(d.code, d.name_vi, d.name_en) from department d where d.code = e.data->>'sent_to'))
		from event e join refusal_reason r on r.code = e.data->>'reason_code'
		where e.ticket = t.id and e.to_state = t.state and e.at > t.filed_at - interval '1 day' and e.at < now() + interval '1 day'
		order by e.at desc limit 1);
end $$;

-- The letters say what the step says, which has the reason and the law.
insert into notice_template (type, side, language, version, subject, text)
select type, side, language, 1 + version, subject, replace(replace(replace(replace(text,
		'Phiếu của Ông/Bà không được tiếp nhận. Lý do: {{reason}}.', '{{what}}'), 'Your ticket was refused. Reason: {{reason}}.', '{{what}}'),
		'Nội dung phiếu thuộc thẩm quyền của cơ quan khác: {{reason}}.', '{{what}}'), 'The matter is for another organisation: {{reason}}.', '{{what}}')
	from notice_template where type in ('ticket.refused', 'ticket.redirected') and side = 'citizen' and version = 1;

-- --- templates -----------------------------------------------------------------------------------------------------------

-- The words have variables as those of notices have (0020), and no personal data: civil/template.h fills them in.
create table reply_template (
	id         uuid not null,
	version    int not null,
	at         timestamptz not null,
	author     uuid not null,
	department bigint,
	purpose    text not null,
	language   text not null,
	category   text,
	kind       text,
	title      text not null,
	text       text not null,
	valid_from timestamptz not null,
	ended      boolean not null default false,
	constraint reply_template_pk primary key (id, version),
	constraint reply_template_author_fk foreign key (author) references account,
	constraint reply_template_department_fk foreign key (department) references department,
	constraint reply_template_category_fk foreign key (category) references category,
	constraint reply_template_kind_fk foreign key (kind) references kind,
	constraint reply_template_purpose check (purpose in ('answer', 'progress', 'question', 'refusal')),
	constraint reply_template_language check (language in ('vi', 'en')),
	constraint reply_template_title_length check (char_length(title) between 3 and 200),
	constraint reply_template_text_length check (char_length(text) between 10 and 20000),
	constraint reply_template_variables check (text ~ '^([^{}]|\{\{(code|title|department|category|area|filed|today)\}\})*$')
);
comment on table reply_template is 'What officers begin a text with. Versions stay; of those in force the last one counts.';
comment on column reply_template.department is 'NULL: for all';
comment on column reply_template.category is 'also for the categories below; NULL: any, as for kind';
comment on column reply_template.ended is 'from here on there is no such template';

-- Whether the caller keeps the templates of everybody.
create function reply_templates_all() returns boolean language plpgsql stable parallel safe set search_path = tiepdan, pg_temp as $$
begin
	return caller_roles() && '{hub_head,admin}';
end $$;
create function reply_template_seen(p_department bigint) returns boolean language plpgsql stable parallel safe
set search_path = tiepdan, pg_temp as $$
begin
	return caller_account() is not null and (p_department is null or p_department = caller_department() or reply_templates_all());
end $$;

-- All but its words, which the server may fill in.
create function reply_template_item(x reply_template) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return jsonb_build_object('id', x.id, 'version', x.version, 'department', department_named(x.department), 'purpose', x.purpose,
		'language', x.language, 'category', (select named(code, name_vi, name_en) from category where code = x.category), 'kind', x.kind,
		'title', x.title, 'valid_from', instant(x.valid_from), 'at', instant(x.at), 'author', person_named(x.author), 'ended', x.ended);
end $$;

-- Templates in force that the caller sees; for a ticket those that fit it, the most specific first, and what its variables are.
create function reply_template_list(p_ticket uuid, p_purpose text, p_language text, p_now timestamptz, p_after text, p_limit bigint)
returns table (item text, key text, words text, code text, title text, department text, category text, area text, filed text, today text)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket;
	v_language text;
	v_zone text := (select c.zone from department d join calendar c on c.code = department_calendar(d.id) where d.hub);
begin
	select * into t from ticket where p_ticket is not null and id = ticket_visible(p_ticket);
	v_language := coalesce(p_language, t.language);
	return query
	with present as (
		select distinct on (x.id) x as template from reply_template x where x.valid_from <= p_now order by x.id, x.version desc),
	fitting as (
		select p.template as x, case when (p.template).category = t.category then 8 when (p.template).category is not null then 4 else 0 end
			+ case when (p.template).kind is not null then 2 else 0 end + case when (p.template).department is not null then 1 else 0 end as rank
		from present p where not (p.template).ended)
	select reply_template_item(f.x)::text, concat_ws('|', f.rank, (f.x).id), (f.x).text, t.code, t.title,
		case v_language when 'en' then d.name_en else d.name_vi end, case v_language when 'en' then c.name_en else c.name_vi end,
		case v_language when 'en' then a.name_en else a.name_vi end, to_char(t.filed_at at time zone v_zone, 'DD/MM/YYYY'),
		to_char(p_now at time zone v_zone, 'DD/MM/YYYY')
	from fitting f left join department d on d.id = t.holder left join category c on c.code = t.category left join area a on a.code = t.area
	where (p_purpose is null or (f.x).purpose = p_purpose) and (v_language is null or (f.x).language = v_language)
		and (p_ticket is null or (((f.x).kind is null or (f.x).kind = t.kind)
			and ((f.x).category is null or (f.x).category in (t.category, c.parent))
			and ((f.x).department is null or (f.x).department = caller_department())))
		and (p_after is null or f.rank < split_part(p_after, '|', 1)::int
			or (f.rank = split_part(p_after, '|', 1)::int and (f.x).id > split_part(p_after, '|', 2)::uuid))
	order by f.rank desc, (f.x).id limit p_limit + 1;
end $$;

-- The last version of a template, locked; TD404 when there is none or the caller does not see it, TD412 when it is another
-- version, TD403 when it is not the caller's to change.
create function reply_template_at(p_id uuid, p_version bigint) returns reply_template language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	x reply_template;
begin
	perform pg_advisory_xact_lock(hashtextextended('tiepdan.reply_template.' || p_id, 0));
	select * into x from reply_template where id = p_id order by version desc limit 1;
	if x.id is null or x.ended or not reply_template_seen(x.department) then
		raise exception 'no such template' using errcode = 'TD404';
	elsif x.version <> p_version then
		raise exception 'the template has version %', x.version using errcode = 'TD412';
	end if;
	perform reply_template_needs(x.department);
	return x;
end $$;
create function reply_template_needs(p_department bigint) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not reply_templates_all() and not coalesce('head' = any (caller_roles()) and p_department = caller_department(), false) then
		raise exception 'heads keep the templates of their department' using errcode = 'TD403';
	end if;
end $$;

-- A new template (p_version NULL), or the next version of one; its department stays.
create function reply_template_save(p_id uuid, p_version bigint, p_department text, p_purpose text, p_language text, p_category text,
	p_kind text, p_title text, p_text text, p_valid_from timestamptz, p_at timestamptz, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	x reply_template;
begin
	if p_version is not null then
		x := reply_template_at(p_id, p_version);
	else
		x.department := case when p_department is not null then department_valid(p_department, p_at) end;
		perform reply_template_needs(x.department);
	end if;
	if p_category is not null and not exists (select from category where code = p_category and city_day(p_at) < coalesce(valid_to, 'infinity')) then
		raise exception 'no category "%"', p_category using errcode = 'foreign_key_violation', constraint = 'ticket_category_fk';
	end if;
	insert into reply_template (id, version, at, author, department, purpose, language, category, kind, title, text, valid_from)
		values (p_id, coalesce(x.version, 0) + 1, p_at, caller_account(), x.department, p_purpose, p_language, p_category, p_kind, p_title,
			p_text, greatest(p_valid_from, p_at)) returning * into x;
	body := (reply_template_item(x) || jsonb_build_object('text', x.text))::text;
	etag := x.version::text;
end $$;

create function reply_template_end(p_id uuid, p_version bigint, p_at timestamptz) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	x reply_template := reply_template_at(p_id, p_version);
begin
	insert into reply_template values (x.id, x.version + 1, p_at, caller_account(), x.department, x.purpose, x.language, x.category, x.kind,
		x.title, x.text, p_at, true);
end $$;

alter table reply_template enable row level security;
create policy reply_template_seen on reply_template for select to tiepdan_app using (reply_template_seen(department));
revoke all on reply_template from public;
grant select on reply_template to tiepdan_app;
revoke execute on function reply_templates_all, reply_template_seen, reply_template_item, reply_template_list, reply_template_at,
	reply_template_needs, reply_template_save, reply_template_end from public;
grant execute on function reply_templates_all, reply_template_seen, reply_template_item, reply_template_list, reply_template_save,
	reply_template_end, department_calendar to tiepdan_app;

alter table reply_review enable row level security;
create policy reply_review_seen on reply_review for select to tiepdan_app using (exists (select from ticket t where t.id = reply_review.ticket));
revoke all on reply_review from public;
grant select on reply_review to tiepdan_app;
revoke execute on function reply_own, reply_last, reply_reviews_of, reply_review_write, reply_reviewed, reply_proposable,
	reply_keep, refusal_of from public;
grant execute on function reply_reviews_of, reply_review_write, reply_keep to tiepdan_app;
