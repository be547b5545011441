-- Three lines that hold: what a test of every table and function with every kind of caller found, and a hostile review.
set local search_path = tiepdan, public;

-- --- who lets people in, and who does jobs ---------------------------------------------------------------------------------------------

-- Three roles of the database, which no statement of a request can change into each other: tiepdan_app serves, tiepdan_door lets people in,
-- tiepdan_job does what nobody asks for, among it bringing what is sealed under another key. Servers of before do all as tiepdan_app:
-- what the others have is taken from it by `tiepdan roles apart`, when the server has a login for each.
do $$
declare
	r text;
begin
	foreach r in array '{tiepdan_door,tiepdan_job}'::text[] loop
		begin
			if to_regrole(r) is null then
				execute format('create role %I nologin', r);
			end if;
		exception when duplicate_object then null;	-- roles belong to the cluster: another database may make it just now
		end;
		begin
			execute format('alter role %I set jit = off', r);
		exception when insufficient_privilege then
			raise notice 'jit stays on for %: this role may not alter it', r;
		end;
	end loop;
	if not pg_has_role('tiepdan_job', 'tiepdan_app', 'member') then
		grant tiepdan_app to tiepdan_job;
	end if;
	for r in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'tiepdan'::regnamespace and p.proname in ('alarms_due', 'alarms_fire',
			'alike_group', 'alike_next', 'alike_store', 'alike_waiting', 'answers_measure', 'answers_unmeasured', 'assignment_next', 'assignment_sets',
			'attachment_claim', 'attachment_later', 'attachment_ready', 'attachment_refuse', 'attachments_count', 'close_answered',
			'department_loads_renew', 'files_unknown', 'forget_notices', 'forget_once', 'forget_sessions', 'forget_uploads', 'letter_redirected',
			'letter_what', 'letter_words', 'make_partitions', 'notice_claim', 'notice_done', 'notice_part', 'notices_hold', 'notices_make', 'part_alarms_due',
			'part_alarms_fire', 'promises_renew', 'questions_expire', 'record_last', 'record_next', 'record_store', 'record_walk_on', 'redating_begin',
			'redating_empty', 'redating_examine', 'redating_expire', 'redating_fill', 'redating_finish', 'redating_lay', 'redating_pauses',
			'redating_portion', 'redating_seal', 'redating_take', 'redating_tell', 'rehearsal_begin', 'rehearsal_fail', 'rehearsal_finish',
			'rehearsal_forget', 'rehearsal_read', 'rehearsal_store', 'rehearsal_take', 'reorganisations_run', 'reseal_next', 'reseal_store', 'suggestion_due',
			'suggestion_learn', 'suggestion_next', 'suggestion_publish', 'tickets_assign', 'triage_next', 'triage_store', 'uploads_on_their_way',
			'uploads_seen', 'citizen_letters', 'disposals_run', 'data_requests_warn', 'data_requests_forget', 'data_request_letters', 'search_purposes_forget', 'forget_sign_ins') loop
		execute format('grant execute on function %s to tiepdan_job', r);
	end loop;
end $$;
grant usage on schema tiepdan to tiepdan_door, tiepdan_job;
grant execute on function session_open, session_renew(uuid, bigint, bigint, out text, out session_opened),
	session_renew(uuid, bigint, bigint, bigint, out text, out session_opened), sign_in_begin, sign_in, sign_in_oidc, citizen_sign_in, citizen_sign_in_oidc
	to tiepdan_door;

-- What the two have is theirs alone (`p_apart`), or tiepdan_app has it, too. By the owner; also after a migration that gave them something.
create function roles_apart(p_apart boolean) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	f regprocedure;
begin
	for f in select distinct p.oid::regprocedure from pg_proc p, aclexplode(p.proacl) a where p.pronamespace = 'tiepdan'::regnamespace
			and a.privilege_type = 'EXECUTE' and a.grantee in ('tiepdan_door'::regrole, 'tiepdan_job'::regrole) loop
		execute format(case when p_apart then 'revoke execute on function %s from tiepdan_app' else 'grant execute on function %s to tiepdan_app' end, f);
	end loop;
end $$;
-- By the owner, who may create roles. `p_verifier`: of a password (SCRAM), never the password itself, which would stand in logs.
create function role_login(p_role text, p_verifier text) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if p_role not in ('tiepdan_app', 'tiepdan_door', 'tiepdan_job') or p_verifier not like 'SCRAM-SHA-256$%' then
		raise exception 'no role of the server, or no verifier';
	end if;
	execute format('alter role %I login password %L', p_role, p_verifier);
end $$;
revoke execute on function roles_apart, role_login from public;

-- The caller's session, where it is open and what the transaction says of the caller is what the session holds: who runs SQL of their own
-- could say anything there, and for the identity of people that is not taken on trust. No row: it is not.
create function caller_proven() returns session language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v session;
begin
	select s.* into v from session s join account a on a.id = s.account and a.active
		where s.id = caller_session() and s.account = caller_account() and s.closed_at is null and s.expires_at > now();
	if caller_roles() is distinct from array(select r from unnest(roles_held(v.account)) r where session_holds(v, r)) then
		return null;
	end if;
	return v;
end $$;

-- As in 0082; believes only what is proven.
create or replace function caller_person() returns session language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v session := caller_proven();
begin
	if v.means is null or v.means = 'key' then
		raise exception 'only a person who has signed in may do this' using errcode = 'TD403';
	end if;
	return v;
end $$;
revoke execute on function caller_proven from public;

-- --- what the lists of who gets what have found ------------------------------------------------------------------------------------------

-- As in 0080; to whoever is proven. To nobody it told everything. For what somebody was searched for is told while it is kept (0090).
create or replace function account_events(p_account uuid, p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	if (caller_proven()).id is null or p_account <> caller_account() and not caller_roles() && '{admin,auditor}' then
		raise exception 'only administrators and auditors may do this' using errcode = 'TD403';
	end if;
	if not exists (select from account where id = p_account) then
		raise exception 'no such account' using errcode = 'TD404';
	end if;
	return query select json_build_object('id', e.id, 'at', instant(e.at), 'type', e.type, 'actor', case when e.actor is not null then person_named(e.actor) end,
			'session', e.session, 'data', e.data || coalesce((select jsonb_build_object('purpose', x.text) from event_text x
				where x.event = (e.data->>'event')::uuid and x.name = 'searched_for'), '{}'))::text, concat_ws('|', e.at, e.id)
		from account_event e where e.account = p_account and (p_after is null
			or (e.at, e.id) < (split_part(p_after, '|', 1)::timestamptz, split_part(p_after, '|', 2)::uuid))
		order by e.at desc, e.id desc limit p_limit + 1;
end $$;

-- As in 0030; of a ticket that the caller sees, whatever the statement around it asked before.
create or replace function exclusions_of(p_ticket uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('items', coalesce(json_agg(json_build_object('person', person_named(x.account), 'reason', x.reason,
			'at', instant(x.at), 'by', person_named(x.made_by)) order by x.at, x.account), '[]'))::text
		from ticket_excluded x where x.ticket = p_ticket and exists (select from ticket t where t.id = p_ticket and sees(t)) and not exists (
			select from ticket_excluded y where y.ticket = p_ticket and y.account = caller_account()));
end $$;

-- As in 0010, likewise.
create or replace function ticket_has_contact(p_ticket uuid) returns boolean language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select exists (select from contact where ticket = p_ticket and erased_at is null)
			and exists (select from ticket t where t.id = p_ticket and sees(t)));
end $$;

-- --- a fresh proof, and two administrators ------------------------------------------------------------------------------------------------

alter table session add column proved_at timestamptz;
comment on column session.proved_at is 'when its person last showed what only they have; NULL: when it was opened';
create index session_withheld on session (opened_at) where withheld is not null and means <> 'key';
alter table role add column guarded boolean not null default false;
comment on column role.guarded is 'opens denunciations, personal data or accounts: an administrator gives it, and another one confirms';
update role set guarded = true where code in ('admin', 'legal_officer', 'data_officer');

create table account_grant (
	id         uuid not null default gen_random_uuid(),
	account    uuid not null,
	role       text not null,
	asked_at   timestamptz not null default now(),
	asked_by   uuid not null,
	also       uuid[] not null default '{}',
	decided_at timestamptz,
	decided_by uuid,
	confirmed  boolean,
	constraint account_grant_pk primary key (id),
	constraint account_grant_account_fk foreign key (account) references account,
	constraint account_grant_asked_by_fk foreign key (asked_by) references account,
	constraint account_grant_decided_by_fk foreign key (decided_by) references account,
	constraint account_grant_decided check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (confirmed is null))
);
comment on column account_grant.also is 'who else has asked while it waited: nobody of them confirms';
comment on table account_grant is 'Guarded roles that an administrator has given, and another one has confirmed, refused, or not yet.';
create unique index account_grant_waits on account_grant (account, role) where decided_at is null;
alter table account_grant enable row level security;
revoke all on account_grant from public;

alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('proof_minutes', 15, 'whoever gives roles, invites or makes keys has shown password or second factor within this many minutes', 1, 1440),
	('guarded_roles', 1, 'a role that opens denunciations, personal data or accounts counts when a second administrator has confirmed it: 1 yes, 0 no', 0, 1);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key in ('proof_minutes', 'guarded_roles'))
	where k.kind = 'settings';

-- What guards against administrators is not theirs to change, nor that of whoever has their token: the operator does on the command line, who
-- is the owner of the schema, and nobody's caller.
alter table setting add column operator boolean not null default false;
comment on column setting.operator is 'changed by the operator alone, with `tiepdan import settings`';
update setting set operator = true where name in ('guarded_roles', 'proof_minutes');
create function setting_guarded() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if caller_session() is not null or not pg_has_role(session_user, (select relowner from pg_class where oid = 'setting'::regclass), 'member') then
		raise exception 'the operator alone changes the setting %', old.name using errcode = 'TD690';
	end if;
	return new;
end $$;
create trigger setting_guarded before update on setting for each row when (old.operator and old is distinct from new)
	execute function setting_guarded();
revoke execute on function setting_guarded from public;

-- As in 0065; `operator`: the keys of rows that the API does not change.
create or replace function configuration_show(p_kind text, out body text, out etag text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	perform configuration_may_read();
	select json_build_object('kind', k.kind, 'version', k.version, 'changed_at', instant(k.changed_at), 'changed_by',
			configuration_by(k.changed_by, k.command),
			'columns', (select json_agg(c.name order by c.position) from import_column c where c.kind = k.kind),
			'rows', (select coalesce(json_agg(r.cells order by r.key collate "C"), '[]') from import_row r where r.kind = k.kind),
			'operator', (select coalesce(json_agg(s.name order by s.name), '[]') from setting s where s.operator and k.kind = 'settings'))::text,
			k.version::text
		into body, etag from configuration_kept k where k.kind = p_kind;
end $$;

alter table account_event drop constraint account_event_type,
	add constraint account_event_type check (type in ('session.opened', 'session.ended', 'session.reused', 'session.proved', 'personal_data.searched', 'personal_data.exported',
		'password.set', 'password.removed', 'second_factor.on', 'second_factor.off', 'recovery_codes.made', 'recovery_code.used', 'account.made', 'account.changed',
		'invitation.made', 'key.made', 'key.revoked', 'delegation.given', 'delegation.taken', 'delegation.ended', 'glass.broken', 'role.asked',
		'role.confirmed', 'role.refused'));

-- Shows password or second factor once more in a session that is open: a token alone, which may have been stolen, gives nobody anything.
-- `p_seen`: the hash of the password that was right.
create function session_prove(p_seen text, p_step bigint, p_box bytea, p_recovery bytea, p_slots bigint[]) returns void language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
declare
	v_own uuid := (caller_person()).account;
	v_factor boolean := exists (select from second_factor where account = v_own and confirmed_at is not null);
begin
	if not (case when not v_factor then password_is(v_own, p_seen)
			else (p_step is not null or p_recovery is not null) and sign_in_uses(v_own, null, p_step, p_box, p_recovery) end) then
		raise exception 'nothing was shown' using errcode = 'TD410';
	end if;
	if p_recovery is not null then
		perform account_tell(v_own, 'recovery_code.used', caller_session());
	end if;
	perform brake_release(p_slots);
	update session set proved_at = now() where id = caller_session();
	perform account_tell(v_own, 'session.proved', caller_session());
end $$;

-- As account_for_admin(), of whoever has shown who they are a short while ago; TD675: too long ago.
create function account_for_proven(p_account uuid) returns account language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_admin(p_account);
	v_session session := caller_person();
begin
	if coalesce(v_session.proved_at, v_session.opened_at) < now() - (select value from setting where name = 'proof_minutes') * interval '1 min' then
		raise exception 'nothing was shown for a while' using errcode = 'TD675';
	end if;
	return a;
end $$;

-- The roles that wait for a second administrator; none where the town does without.
create function roles_guarded() returns text[] language sql stable set search_path = tiepdan, pg_temp as $$
	select array(select code from role where guarded and (select value from setting where name = 'guarded_roles') = 1)
$$;

-- Of the roles that an administrator gives, those that count at once: what is guarded waits for another administrator, and what it has
-- waited for and is not given any more does so no longer. `p_anew`: what the account has of them waits again. On the command line, by the
-- operator, nothing waits: that is how a town with one administrator gets its second one.
create function roles_given(p_account uuid, p_roles text[], p_anew boolean) returns text[] language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_waits text[] := array(select w from unnest(roles_guarded()) w where w = any (p_roles) and (p_anew or not exists (
		select from account_role r where r.account = p_account and r.role = w)));
begin
	delete from account_grant where account = p_account and decided_at is null and role <> all (v_waits);
	insert into account_grant as g (account, role, asked_by) select p_account, w, caller_account() from unnest(v_waits) w
		on conflict (account, role) where decided_at is null
		do update set also = g.also || g.asked_by, asked_at = excluded.asked_at, asked_by = excluded.asked_by
			where p_anew and g.asked_by <> excluded.asked_by;
	if v_waits <> '{}' then
		perform account_tell(p_account, 'role.asked', caller_session(), jsonb_build_object('roles', v_waits));
	end if;
	return array(select r from unnest(p_roles) r where r <> all (v_waits));
end $$;

-- What is guarded waits again: who resets somebody, or brings them to another department, could be them tomorrow. What they have of it for
-- somebody else ends.
create function roles_anew(a account) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_roles text[] := array(select role from account_role where account = a.id);
	v_ended uuid[];
begin
	if a.id <> caller_account() then
		delete from account_role where account = a.id and role <> all (roles_given(a.id, v_roles || array(select role from account_grant
			where account = a.id and decided_at is null), true));
		perform admin_stays();
		with ended as (
			update delegation set ended_at = now() where taker = a.id and ended_at is null and until_at > now() and roles && roles_guarded() returning id)
		select array_agg(id) into v_ended from ended;
		perform delegation_told(d) from delegation d where d.id = any (v_ended);
	end if;
end $$;

-- Confirms or refuses what another administrator has asked for: not one's own wish, and not for oneself (TD676). Without a second
-- administrator it is the operator who decides, on the command line.
create function grant_decide(p_account uuid, p_grant uuid, p_confirm boolean) returns text language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	a account;
	g account_grant;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	a := account_for_proven(p_account);
	select * into g from account_grant where id = p_grant and account = a.id and decided_at is null;
	if not found then
		raise exception 'nothing waits' using errcode = 'TD404';
	elsif p_confirm and caller_account() = any (g.also || g.asked_by || a.id) then
		raise exception 'another administrator confirms' using errcode = 'TD676';
	end if;
	update account_grant set decided_at = now(), decided_by = caller_account(), confirmed = p_confirm where id = g.id;
	if p_confirm then
		insert into account_role values (a.id, g.role) on conflict do nothing;
	end if;
	perform account_tell(a.id, case when p_confirm then 'role.confirmed' else 'role.refused' end, caller_session(),
		jsonb_build_object('roles', array[g.role]));
	return person_item(a.id);
end $$;

-- As in 0080, with what waits.
create or replace function person_item(p_account uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select (account_item(a.id)::jsonb || jsonb_build_object('active', a.active, 'machine', a.machine, 'email', a.email,
			'language', a.language, 'password', exists (select from password p where p.account = a.id),
			'second_factor', exists (select from second_factor f where f.account = a.id and f.confirmed_at is not null),
			'sessions', (select count(*) from session s where s.account = a.id and s.closed_at is null and s.expires_at > now() and s.means <> 'key'),
			'grants', (select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'role', g.role, 'asked_at', instant(g.asked_at),
				'asked_by', person_named(g.asked_by)) order by g.asked_at, g.role), '[]') from account_grant g
				where g.account = a.id and g.decided_at is null)))::text
		from account a where a.id = p_account);
end $$;

create or replace function person_make(p_login text, p_name text, p_department text, p_roles text[], p_email text, p_language text, p_machine boolean,
	out account uuid, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform account_for_proven(null);
	perform roles_for_accounts(p_roles);
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	if exists (select from account a where a.login = lower(p_login)) then
		raise exception 'the login is taken' using errcode = 'unique_violation', constraint = 'account_login';
	end if;
	account := account_language_save(account_email_save(account_save(p_login, p_name, p_department, '{}'), p_email), p_language);
	update account a set machine = true where a.id = person_make.account and p_machine;
	perform account_tell(account, 'account.made', caller_session(), jsonb_build_object('roles', p_roles, 'department', p_department));
	perform account_save(p_login, p_name, p_department, roles_given(account, p_roles, false));
	body := person_item(account);
end $$;

-- NULL leaves what it is about as it is. Less rights count from the next request on; switched off ends sessions and keys at once. Who gives
-- something has shown who they are; to take it away a session is enough.
create or replace function person_change(p_account uuid, p_name text, p_department text, p_roles text[], p_email text, p_language text, p_active boolean)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account;
	v_now text[];
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	a := account_for_admin(p_account);
	v_now := array(select role from account_role where account = a.id);
	if not coalesce(p_roles, v_now) <@ v_now or p_department is not null or p_email is not null or p_active then
		perform account_for_proven(a.id);
	end if;
	perform roles_for_accounts(p_roles);
	if p_active = false then
		update session set closed_at = now(), end_reason = 'switched_off' where account = a.id and closed_at is null;
	end if;
	perform account_language_save(account_email_save(account_save(a.login, coalesce(p_name, a.name),
		coalesce(p_department, (select code from department where id = a.department)),
		case when p_roles is null then v_now else roles_given(a.id, p_roles, false) end, coalesce(p_active, a.active)), p_email), p_language);
	if p_department <> (select code from department where id = a.department) then
		perform roles_anew(a);
	end if;
	perform admin_stays();
	perform account_tell(a.id, 'account.changed', caller_session(), jsonb_strip_nulls(jsonb_build_object('name', p_name <> a.name,
		'department', p_department, 'roles', p_roles, 'active', p_active, 'email', case when p_email <> a.email then true end, 'language', p_language)));
	return person_item(a.id);
end $$;

-- As in 0082. Where this lets somebody in without anything that the person had, what is guarded waits again.
create or replace function person_invite(p_account uuid, p_code_hash bytea, p_expires timestamptz, p_reset boolean) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	a := account_for_proven(p_account);
	if a.machine or not a.active then
		raise exception 'no person who may sign in' using errcode = 'TD633';
	end if;
	if p_reset then
		delete from password where account = a.id;
		if found then
			perform account_tell(a.id, 'password.removed', caller_session());
		end if;
		if exists (select from second_factor where account = a.id) then
			perform second_factor_drop(a.id, '{}');
		end if;
		delete from account_identity where account = a.id;
		if found then
			perform account_tell(a.id, 'account.changed', caller_session(), '{"identity": null}');
		end if;
		perform sessions_end(a.id, null, 'ended');
	end if;
	if not exists (select from second_factor where account = a.id and confirmed_at is not null) then
		perform roles_anew(a);
	end if;
	perform login_code_save(a.login, p_code_hash, p_expires);
	perform account_tell(a.id, 'invitation.made', caller_session(), jsonb_build_object('reset', p_reset));
end $$;

-- As in 0080, of whoever has shown who they are. What is guarded is for people: of a key nobody knows who has it (TD691).
create or replace function key_make(p_id uuid, p_account uuid, p_name text, p_roles text[], p_expires timestamptz, out department bigint, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_proven(p_account);
	v session;
begin
	perform from account where id = a.id for update;
	if not a.machine or not a.active or p_roles = '{}' or exists (select from unnest(p_roles) r where not exists (
			select from account_role x where x.account = a.id and x.role = r))
		or (select count(*) from session where account = a.id and means = 'key' and closed_at is null and expires_at > now()) >= 20 then
		raise exception 'no such key for this account' using errcode = 'TD634';
	end if;
	if p_roles && roles_guarded() then
		raise exception 'a role that is guarded is not for keys' using errcode = 'TD691';
	end if;
	insert into session (id, account, expires_at, means, roles, name) values (p_id, a.id, p_expires, 'key', p_roles, p_name) returning * into v;
	perform account_tell(a.id, 'key.made', v.id, jsonb_build_object('name', p_name, 'roles', p_roles));
	department := a.department;
	body := key_item(v);
end $$;

-- As in 0083; for somebody else an administrator gives nothing that is guarded.
create or replace function delegation_make(p_id uuid, p_giver uuid, p_taker uuid, p_roles text[], p_from timestamptz, p_until timestamptz, p_reason text, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_giver account;
	d delegation;
begin
	perform caller_person();
	if p_giver is distinct from caller_account() and p_giver is not null then
		v_giver := account_for_proven(p_giver);
	else
		select * into v_giver from account where id = caller_account();
	end if;
	perform from account where id = v_giver.id for update;
	if not v_giver.active or v_giver.id = caller_account() and not p_roles <@ caller_roles() or exists (select from unnest(p_roles) x where not exists (
			select from account_role g join role r on r.code = g.role where g.account = v_giver.id and g.role = x and r.delegable
				and (v_giver.id = caller_account() or not r.guarded)))
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

revoke execute on function session_prove, account_for_proven, roles_guarded, roles_given, roles_anew, grant_decide from public;
grant execute on function session_prove, grant_decide to tiepdan_app;

-- --- smaller findings ------------------------------------------------------------------------------------------------------------------------

-- As in 0080. A login without a password is compared with a hash that nobody has, which costs what those of others cost, also after
-- password_memory_mib was changed: of the account behind a place that the login stands for, always the same one.
create or replace function sign_in_begin(p_login text, p_code_hash bytea, p_slots bigint[], p_free bigint[]) returns sign_in_offer language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v sign_in_offer;
begin
	v.wait_s := brake_take(p_slots, p_free);
	if v.wait_s = 0 then
		select 0, a.id, p.hash, f.epoch, f.wrapped, f.box, f.last_step into v
			from (select) x left join account a on a.login = lower(p_login) and a.active and not a.machine and (p_code_hash is null
					or exists (select from login_code c where c.account = a.id and c.code_hash = p_code_hash and c.expires_at > now()))
				left join password p on p.account = a.id
				left join second_factor f on f.account = a.id and f.confirmed_at is not null;
		if v.hash is null and p_code_hash is null then
			v.hash := regexp_replace(coalesce((select p.hash from password p where p.account >= md5(lower(p_login))::uuid order by p.account limit 1),
				(select p.hash from password p order by p.account limit 1)), '[^$]*$', repeat('A', 43));
		end if;
	end if;
	return v;
end $$;

-- As in 0080; for changes of one's own it counts whether there is a password.
create or replace function own_begin(p_slots bigint[], p_free bigint[]) returns own_offer language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_session session := caller_person();
	v own_offer;
begin
	v.login := (select login from account where id = v_session.account);
	v.offer := sign_in_begin(v.login, null, p_slots, p_free);
	v.fresh := own_fresh(v_session);
	if not exists (select from password where account = v_session.account) then
		v.offer.hash := null;
	end if;
	return v;
end $$;

-- As in 0080, for servers of before, which do not know what needs two factors: they withhold what newer ones do.
create or replace function session_open(p_login text, p_code_hash bytea, p_session uuid, p_expires timestamptz,
	out account uuid, out roles text, out department bigint, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from login_code c using account a
		where a.login = lower(p_login) and a.active and not a.machine and c.account = a.id and c.code_hash = p_code_hash and c.expires_at > now()
			and not exists (select from second_factor f where f.account = a.id and f.confirmed_at is not null)
		returning a.id, a.department into account, department;
	if account is null then
		raise exception 'wrong sign-in code' using errcode = 'TD410';
	end if;
	insert into session (id, account, expires_at, withheld) values (p_session, session_open.account, p_expires, (select s.withheld from session s
		where s.withheld is not null and s.means <> 'key' and s.opened_at > now() - interval '7 days' order by s.opened_at desc limit 1));
	roles := (select string_agg(r.role, ',' order by r.role) from account_role r join session s on s.id = p_session
		where r.account = session_open.account and session_holds(s, r.role));
	body := account_item(session_open.account);
end $$;
