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
			'uploads_seen') loop
		execute format('grant execute on function %s to tiepdan_job', r);
	end loop;
end $$;
grant usage on schema tiepdan to tiepdan_door, tiepdan_job;
grant execute on function session_open, session_renew, sign_in_begin, sign_in, sign_in_oidc to tiepdan_door;

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

-- As in 0080; to whoever is proven. To nobody it told everything.
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
			'session', e.session, 'data', e.data)::text, concat_ws('|', e.at, e.id)
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
