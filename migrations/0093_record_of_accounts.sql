-- Who may do what is under the record, too: accounts with their roles, roles that others have for them, what happened to accounts but for
-- signing in and out, and changes of the configuration. Each row is committed to as texts of people are (0079), and told by an event that has
-- no ticket; `tiepdan verify record` finds what was changed, removed or added without one. Events of sign-ins go after their days.
-- What was there before is told by 0096, beside people who go on.
set local search_path = tiepdan, public;

alter table word alter column ticket drop not null;
comment on table word is 'Commitments to texts of people and to rows that are recorded (recorded_row()), of table `of` and the columns of its key; an event tells each: [of, key, version, said].';
comment on column word.ticket is 'of which the text is; NULL: it is a row of another table, which stays as long as the record, or what somebody has asked about their data (0091)';

-- --- rows --------------------------------------------------------------------------------------------------------------------------

-- What is committed to of a row, and what its event tells: nothing personal. NULL: there is no such row. verify_texts.sql has the same.
create function recorded_row(p_of text, p_key uuid, out said text, out told jsonb) language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	case p_of
	when 'account' then
		select jsonb_build_array(a.id, a.login, a.department, a.active, a.machine, r.roles, i.identities)::text,
				jsonb_build_object('account', a.id, 'department', a.department, 'active', a.active, 'roles', r.roles) into said, told
			from account a cross join lateral (select coalesce(jsonb_agg(role order by role collate "C"), '[]') as roles from account_role where account = a.id) r
				cross join lateral (select coalesce(jsonb_agg(jsonb_build_array(issuer, subject) order by issuer collate "C"), '[]') as identities
					from account_identity where account = a.id) i
			where a.id = p_key;
	when 'delegation' then
		select jsonb_build_array(d.id, d.giver, d.taker, d.roles, (extract(epoch from d.from_at) * 1000000)::bigint,
				(extract(epoch from d.until_at) * 1000000)::bigint, d.reason, (extract(epoch from d.made_at) * 1000000)::bigint, d.made_by,
				(extract(epoch from d.ended_at) * 1000000)::bigint)::text,
				jsonb_build_object('giver', d.giver, 'taker', d.taker, 'roles', d.roles, 'from', instant(d.from_at),
					'until', instant(d.until_at), 'ended_at', instant(d.ended_at)) into said, told
			from delegation d where d.id = p_key;
	when 'account_event' then
		select jsonb_build_array(e.id, e.account, (extract(epoch from e.at) * 1000000)::bigint, e.type, e.actor, e.session, e.data)::text,
				jsonb_build_object('account', e.account, 'type', e.type, 'data', e.data) into said, told
			from account_event e where e.id = p_key;
	when 'configuration_change' then
		select jsonb_build_array(c.id, (extract(epoch from c.at) * 1000000)::bigint, c.account, c.command, c.kind, c.version, c.counts, c.changes)::text,
				jsonb_build_object('kind', c.kind, 'version', c.version, 'counts', c.counts, 'command', c.command) into said, told
			from configuration_change c where c.id = p_key;
	end case;
end $$;

-- Tells how a row is, in the name of whoever the transaction belongs to; nothing where the last event says the same. Whoever changes another part
-- of it at the same time waits, and tells both: it is looked at behind the lock.
create function row_tell(p_of text, p_key uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	r record;
	w word;
begin
	perform pg_advisory_xact_lock(hashtextextended('tiepdan.' || p_of || '.' || p_key, 0));
	r := recorded_row(p_of, p_key);
	select * into w from word where of = p_of and key = p_key::text;
	if r.said is null or w.said = event_commitment(w.salt, r.said) then
		return;
	end if;
	w := (p_of, p_key::text, null, coalesce(w.version, 0) + 1, gen_random_uuid(), null, gen_random_uuid());
	w.said := event_commitment(w.salt, r.said);
	insert into word select w.* on conflict on constraint word_pk do update
		set version = excluded.version, salt = excluded.salt, said = excluded.said, event = excluded.event;
	perform event_write(w.event, now(), null, p_of || '.recorded', case when caller_account() is null then 'job' else 'staff' end, caller_account(),
		null, null, null, null, null, r.told || jsonb_build_object(p_of, w.key, 'words', jsonb_build_array(jsonb_build_array(w.of, w.key, w.version, w.said))));
end $$;

-- When the transaction ends, by whatever way it has changed rows. Arguments: the table that is recorded, the column with its key.
create function row_tell_kept() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform row_tell(tg_argv[0], (to_jsonb(case when tg_op = 'DELETE' then old else new end)->>tg_argv[1])::uuid);
	return null;
end $$;
create constraint trigger account_recorded after insert or update on account deferrable initially deferred
	for each row execute function row_tell_kept('account', 'id');
create constraint trigger account_role_recorded after insert or update or delete on account_role deferrable initially deferred
	for each row execute function row_tell_kept('account', 'account');
create constraint trigger account_identity_recorded after insert or update or delete on account_identity deferrable initially deferred
	for each row execute function row_tell_kept('account', 'account');
create constraint trigger delegation_recorded after insert or update on delegation deferrable initially deferred
	for each row execute function row_tell_kept('delegation', 'id');
create constraint trigger account_event_recorded after insert on account_event deferrable initially deferred
	for each row when (new.type not like 'session.%') execute function row_tell_kept('account_event', 'id');
create constraint trigger configuration_change_recorded after insert on configuration_change deferrable initially deferred
	for each row execute function row_tell_kept('configuration_change', 'id');

-- --- signing in ----------------------------------------------------------------------------------------------------------------------

alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('sign_ins_kept_days', 730, 'who signed in and out, and when, is kept so many calendar days', 30, 3650);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row where kind = 'settings' and key = 'sign_ins_kept_days')
	where k.kind = 'settings';

create index account_event_sign_ins on account_event (at) where type like 'session.%';
create function sign_ins_kept_from() returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return now() - make_interval(days => (select value from setting where name = 'sign_ins_kept_days'));
end $$;
-- As in 0080; sign-ins may go after their days.
create or replace function account_event_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if tg_op = 'DELETE' then
		if old.type like 'session.%' and old.at < sign_ins_kept_from() then
			return old;
		end if;
	end if;
	raise exception 'events of accounts are not changed';
end $$;
create trigger account_event_stays_whole before truncate on account_event execute function account_event_stays();
create function forget_sign_ins(p_limit bigint) returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_from timestamptz := sign_ins_kept_from();
	v_gone bigint;
begin
	delete from account_event where id = any (array(select id from account_event where type like 'session.%' and at < v_from order by at limit p_limit
		for update skip locked));
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

revoke execute on function recorded_row, row_tell, row_tell_kept, sign_ins_kept_from, forget_sign_ins from public;
grant execute on function forget_sign_ins to tiepdan_app;
