-- Replies before they are published: two people do not overwrite each other's drafts, colleagues review them, and nobody signs
-- what they proposed themselves.
set local search_path = tiepdan, public;

-- --- four eyes -----------------------------------------------------------------------------------------------------------

alter table move_role add column alone boolean not null default false;
comment on column move_role.alone is 'also for what the caller proposed: where one person is all there is';
update move_role set alone = true where action = 'approve' and role = 'data_officer';
update action set conditional = true where code = 'approve';

-- Whether the reply that waits for a signature is the caller's own, and none of their roles may sign that.
create function reply_own(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from reply where ticket = t.id and state = 'proposed' and author = caller_account())
		and not exists (select from move_role where action = 'approve' and alone and role = any (caller_roles())
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
	perform caller_needs('note');
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

-- --- drafts and moves ----------------------------------------------------------------------------------------------------

-- As before; TD446 a review is missing, TD438 the signature under one's own proposal.
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
	v_last := reply_last(t.id);
	v_text := coalesce(p_text, case when v_last.state = 'draft' then v_last.text end);
	if a.reply = 'propose' and v_text is not null then
		if not reply_reviewed(t, v_last, v_text) then
			raise exception 'no colleague has found the draft good' using errcode = 'TD446';
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

alter table reply_review enable row level security;
create policy reply_review_seen on reply_review for select to tiepdan_app using (exists (select from ticket t where t.id = reply_review.ticket));
revoke all on reply_review from public;
grant select on reply_review to tiepdan_app;
revoke execute on function reply_own, reply_last, reply_reviews_of, reply_review_write, reply_reviewed, reply_keep, refusal_of from public;
grant execute on function reply_reviews_of, reply_review_write, reply_keep to tiepdan_app;
