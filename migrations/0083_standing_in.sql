-- Standing in: who is away gives roles to a colleague for a time, and who has to see a ticket that nobody meant for them breaks the glass:
-- for a while, with a reason, and everybody whom it concerns is told.
set local search_path = tiepdan, public;

alter table role add column delegable boolean not null default false;
comment on column role.delegable is 'may be given to a colleague for a time';
update role set delegable = true where code in ('head', 'hub_head', 'spokesperson', 'coordinator', 'duty_officer', 'press_officer', 'data_officer');

create table delegation (
	id       uuid not null,
	giver    uuid not null,
	taker    uuid not null,
	roles    text[] not null,
	from_at  timestamptz not null,
	until_at timestamptz not null,
	reason   text not null,
	made_at  timestamptz not null default now(),
	made_by  uuid not null,
	ended_at timestamptz,
	constraint delegation_pk primary key (id),
	constraint delegation_giver_fk foreign key (giver) references account,
	constraint delegation_taker_fk foreign key (taker) references account,
	constraint delegation_made_by_fk foreign key (made_by) references account,
	constraint delegation_order check (until_at > from_at and until_at <= from_at + interval '92 days'),
	constraint delegation_two check (giver <> taker),
	constraint delegation_roles check (cardinality(roles) between 1 and 8),
	constraint delegation_reason_length check (char_length(reason) between 5 and 500)
);
comment on table delegation is 'Roles that somebody has for somebody else; they count while the giver has them, and both are active in one department.';
create index delegation_taken on delegation (taker, until_at);
create index delegation_given on delegation (giver, until_at);

create table glass (
	session  uuid not null,
	ticket   uuid not null,
	account  uuid not null,
	reason   text not null,
	at       timestamptz not null,
	until_at timestamptz not null,
	constraint glass_pk primary key (session, ticket),
	constraint glass_account_fk foreign key (account) references account,
	constraint glass_reason_length check (char_length(reason) between 10 and 500)
);
comment on table glass is 'Tickets that a session may read for a while although the caller does not see them. No key to ticket: see 0004.';
create index glass_account on glass (account, at);
alter table delegation enable row level security;
alter table glass enable row level security;

alter table role_right drop constraint role_right_might,
	add constraint role_right_might check (might in ('note', 'contact', 'report', 'colleagues', 'accounts', 'calendars', 'part', 'personal_data', 'glass'));
insert into role_right select r, 'glass' from unnest('{hub_head,duty_officer,leader,data_officer}'::text[]) r;
alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('glass_minutes', 60, 'who has broken the glass reads the ticket for this many minutes', 5, 1440),
	('glass_most', 20, 'one person breaks it at most this often in 24 hours', 1, 1000);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key in ('glass_minutes', 'glass_most'))
	where k.kind = 'settings';

alter table account_event drop constraint account_event_type,
	add constraint account_event_type check (type in ('session.opened', 'session.ended', 'session.reused', 'password.set', 'password.removed',
		'second_factor.on', 'second_factor.off', 'recovery_codes.made', 'recovery_code.used', 'account.made', 'account.changed',
		'invitation.made', 'key.made', 'key.revoked', 'delegation.given', 'delegation.taken', 'delegation.ended', 'glass.broken'));

-- --- the caller ------------------------------------------------------------------------------------------------------------------

-- The roles of an account now: its own, and those that it has for somebody else.
create function roles_held(p_account uuid) returns text[] language plpgsql stable set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
begin
	return array(select role from account_role where account = p_account
		union select g.role from delegation d join account taker on taker.id = d.taker
			join account giver on giver.id = d.giver and giver.active and giver.department = taker.department
			join account_role g on g.account = d.giver and g.role = any (d.roles)
			where d.taker = p_account and d.until_at > now() and d.from_at <= now() and d.ended_at is null order by 1);
end $$;

-- Tickets of which the caller has broken the glass.
create function caller_broken() returns uuid[] language sql stable parallel safe as $$
	select coalesce(nullif(current_setting('app.broken', true), ''), '{}')::uuid[]
$$;

-- As in 0080, with what the caller has for others.
create or replace function caller_enter(p_kind text, p_account uuid, p_session uuid, p_read_only boolean, p_timeout_ms bigint)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	v record;
begin
	if p_kind = 'staff' then
		select a.department, array(select r from unnest(roles_held(a.id)) r where session_holds(s, r)) as roles,
			array(select g.ticket from glass g where g.session = s.id and g.until_at > now()) as broken
			into v from session s join account a on a.id = s.account
			where s.id = p_session and s.account = p_account and s.closed_at is null and s.expires_at > now() and a.active;
		if not found then
			raise exception 'the session has ended' using errcode = 'TD401';
		end if;
		perform set_config('app.account', p_account::text, true), set_config('app.session', p_session::text, true),
			set_config('app.department', v.department::text, true), set_config('app.roles', v.roles::text, true),
			set_config('app.sees_all', array(select sight from sight_right where role = any (v.roles) and scope = 'all')::text, true),
			set_config('app.sees_own', array(select sight from sight_right where role = any (v.roles) and scope = 'own')::text, true),
			set_config('app.broken', v.broken::text, true);
	elsif p_kind in ('anyone', 'ticket', 'job') then
		perform set_config(name, '', true)
			from unnest('{app.account,app.session,app.department,app.roles,app.sees_all,app.sees_own,app.broken}'::text[]) name;
	else
		raise exception 'unknown kind of caller "%"', p_kind;
	end if;
	perform set_config('statement_timeout', p_timeout_ms::text, true);
	if p_read_only then
		perform set_config('transaction_read_only', 'on', true);
	end if;
end $$;

create or replace function session_answer(s session) returns session_opened language sql stable set search_path = tiepdan, pg_temp as $$
	select a.id, (select string_agg(r, ',' order by r) from unnest(roles_held(a.id)) r where session_holds(s, r)),
		a.department, s.expires_at, s.generation, account_item(a.id)
	from account a where a.id = s.account
$$;

-- Whom a ticket concerns does not see it, whatever glass they break.
create or replace function sees(t ticket) returns boolean language sql stable as $$
	select (tiepdan.may_see(t.sight, t.holder, tiepdan.caller_sees_all(), tiepdan.caller_sees_own(), tiepdan.caller_department())
			or t.id = any (tiepdan.caller_broken()))
		and case when t.sight = 'denunciation' then not tiepdan.kept_away(t.id, tiepdan.caller_account())
			when t.kind = 'complaint' then not tiepdan.denounced(t.id, tiepdan.caller_account()) else true end
$$;
alter policy ticket_seen on ticket
	using ((may_see(sight, holder, (select caller_sees_all()), (select caller_sees_own()), (select caller_department()))
			or id = any ((select caller_broken())::uuid[]))
		and case when sight = 'denunciation' then not kept_away(id, (select caller_account()))
			when kind = 'complaint' then not denounced(id, (select caller_account())) else true end);

-- --- delegation --------------------------------------------------------------------------------------------------------------------

create function delegation_item(d delegation) returns json language sql stable set search_path = tiepdan, pg_temp as $$
	select json_build_object('id', d.id, 'giver', person_named(d.giver), 'taker', person_named(d.taker), 'roles', d.roles, 'from', instant(d.from_at),
		'until', instant(d.until_at), 'reason', d.reason, 'made_at', instant(d.made_at), 'made_by', person_named(d.made_by),
		'ended_at', instant(d.ended_at))
$$;

-- Gives roles of one's own, or as administrator of somebody else (`p_giver`). TD637: not roles that can be given, or not to them.
create function delegation_make(p_id uuid, p_giver uuid, p_taker uuid, p_roles text[], p_from timestamptz, p_until timestamptz, p_reason text, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_giver account;
	d delegation;
begin
	perform caller_person();
	if p_giver is distinct from caller_account() and p_giver is not null then
		v_giver := account_for_admin(p_giver);
	else
		select * into v_giver from account where id = caller_account();
	end if;
	perform from account where id = v_giver.id for update;
	if not v_giver.active or v_giver.id = caller_account() and not p_roles <@ caller_roles() or exists (select from unnest(p_roles) x where not exists (
			select from account_role g join role r on r.code = g.role where g.account = v_giver.id and g.role = x and r.delegable))
		or not exists (select from account where id = p_taker and active and not machine and department = v_giver.department and id <> v_giver.id)
		or (select count(*) from delegation x where x.giver = v_giver.id and x.until_at > now() and x.ended_at is null) >= 20 then
		raise exception 'these roles cannot be given to them' using errcode = 'TD637';
	end if;
	insert into delegation (id, giver, taker, roles, from_at, until_at, reason, made_by)
		values (p_id, v_giver.id, p_taker, p_roles, p_from, p_until, p_reason, caller_account()) returning * into d;
	perform account_tell(d.giver, 'delegation.given', caller_session(), jsonb_build_object('delegation', d.id, 'to', d.taker, 'roles', d.roles));
	perform account_tell(d.taker, 'delegation.taken', caller_session(), jsonb_build_object('delegation', d.id, 'from', d.giver, 'roles', d.roles));
	body := delegation_item(d);
end $$;

-- Those that the caller has given or taken; administrators and auditors read all. Last made first.
create function delegation_list(p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select delegation_item(d)::text, concat_ws('|', d.made_at, d.id) from delegation d
		where (caller_roles() && '{admin,auditor}' or caller_account() in (d.giver, d.taker))
			and (p_after is null or (d.made_at, d.id) < (split_part(p_after, '|', 1)::timestamptz, split_part(p_after, '|', 2)::uuid))
		order by d.made_at desc, d.id desc limit p_limit + 1;
end $$;

create function delegation_told(d delegation) returns void language sql set search_path = tiepdan, pg_temp as $$
	select account_tell(a, 'delegation.ended', caller_session(), jsonb_build_object('delegation', d.id)) from unnest(array[d.giver, d.taker]) a
$$;

-- By whoever gave it or has it, or an administrator; it counts from the next request on.
create function delegation_end(p_id uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d delegation;
begin
	perform caller_person();
	update delegation set ended_at = now() where id = p_id and ended_at is null and until_at > now()
		and (caller_account() in (giver, taker) or 'admin' = any (caller_roles())) returning * into d;
	if not found then
		raise exception 'no such delegation' using errcode = 'TD404';
	end if;
	perform delegation_told(d);
end $$;

-- --- breaking the glass ----------------------------------------------------------------------------------------------------------------

-- Lets this session read a ticket for a while that the caller does not see. It is an event of the ticket, with the reason, and those who
-- answer for the ticket get a letter. TD638: the caller sees it anyhow; TD639: too often today.
create function glass_break(p_ticket uuid, p_reason text, p_event uuid, p_at timestamptz, out body text) language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_session session := caller_person();
	v_until timestamptz := p_at + (select value from setting where name = 'glass_minutes') * interval '1 min';
	t ticket;
begin
	perform caller_needs('glass');
	select * into t from ticket where id = p_ticket;
	if not found or kept_away(t.id, v_session.account) or denounced(t.id, v_session.account) then
		raise exception 'no such ticket' using errcode = 'TD404';
	elsif sees(t) then
		raise exception 'the caller sees the ticket' using errcode = 'TD638';
	end if;
	perform from account where id = v_session.account for update;
	if (select count(*) from glass where account = v_session.account and at > p_at - interval '1 day') >= (select value from setting where name = 'glass_most') then
		raise exception 'too often' using errcode = 'TD639';
	end if;
	insert into glass values (v_session.id, t.id, v_session.account, p_reason, p_at, v_until)
		on conflict (session, ticket) do update set reason = excluded.reason, at = excluded.at, until_at = excluded.until_at;
	perform event_write(p_event, p_at, t.id, 'access.broken', 'staff', v_session.account, caller_department(), null, null, null, null,
		jsonb_build_object('reason', p_reason, 'until', instant(v_until)));
	perform account_tell(v_session.account, 'glass.broken', v_session.id, jsonb_build_object('ticket', t.id));
	body := json_build_object('ticket', t.id, 'code', t.code, 'until', instant(v_until));
end $$;

insert into notice_rule (type, audience) values ('access.broken', 'heads');
select letter_add('access.broken', 'staff', false, 'Phiếu được mở ngoài thẩm quyền thông thường',
	'Lúc {{at}}, một người vốn không được xem phiếu dưới đây đã mở phiếu và nêu lý do; phiếu chỉ mở trong thời gian ngắn. Ai đã mở và vì sao '
		'được ghi trong lịch sử của phiếu: đề nghị kiểm tra.',
	'A ticket was opened by somebody who does not see it otherwise',
	'At {{at}} somebody who does not see the ticket below otherwise opened it and gave a reason; it is open to them for a short time only. '
		'Who it was and why stands in the events of the ticket: please check.');

-- What was broken long ago is told by events.
create function forget_glass(p_before timestamptz) returns void language sql set search_path = tiepdan, pg_temp as $$
	delete from glass where until_at < p_before
$$;
create or replace function forget_sessions(p_before timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_gone bigint;
begin
	delete from login_code where expires_at < p_before;
	delete from second_factor where confirmed_at is null and made_at < now() - interval '1 day';
	delete from sign_in_brake where slot in (select slot from sign_in_brake where last_at < now() - interval '1 day' order by slot limit 10000
		for update skip locked);
	perform forget_glass(p_before);
	delete from session where id in (select id from session where expires_at < p_before limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

revoke all on delegation, glass from public;
revoke execute on function roles_held, caller_broken, delegation_item, delegation_make, delegation_list, delegation_told, delegation_end, glass_break, forget_glass from public;
grant execute on function caller_broken, delegation_make, delegation_list, delegation_end, glass_break to tiepdan_app;
