-- Staff: accounts, roles, one-time sign-in codes, sessions.
set local search_path = tiepdan, public;

create table role (
	code     text not null,
	position int not null,
	name_vi  text not null,
	name_en  text not null,
	constraint role_pk primary key (code)
);
insert into role values
	('clerk', 1, 'Cán bộ nhập phiếu', 'Clerk'),
	('officer', 2, 'Cán bộ xử lý', 'Officer'),
	('head', 3, 'Lãnh đạo đơn vị', 'Head'),
	('coordinator', 4, 'Điều phối viên', 'Coordinator'),
	('hub_head', 5, 'Lãnh đạo trung tâm điều phối', 'Head of the hub'),
	('legal_officer', 6, 'Cán bộ xử lý tố cáo', 'Legal officer'),
	('press_officer', 7, 'Cán bộ báo chí', 'Press officer'),
	('spokesperson', 8, 'Người phát ngôn', 'Spokesperson'),
	('data_officer', 9, 'Cán bộ bảo vệ dữ liệu cá nhân', 'Data protection officer'),
	('duty_officer', 10, 'Cán bộ trực ban', 'Duty officer'),
	('leader', 11, 'Lãnh đạo thành phố', 'Leader of the city'),
	('auditor', 12, 'Kiểm tra viên', 'Auditor'),
	('admin', 13, 'Quản trị hệ thống', 'Administrator');

create table sight_right (
	role  text not null,
	sight text not null,
	scope text not null,
	constraint sight_right_pk primary key (role, sight, scope),
	constraint sight_right_role_fk foreign key (role) references role,
	constraint sight_right_sight_fk foreign key (sight) references sight,
	constraint sight_right_scope check (scope in ('own', 'all'))
);
comment on table sight_right is 'Which tickets a role sees. own: the holder is the caller''s department.';
insert into sight_right
	select r, s, 'own' from unnest('{officer,head,legal_officer}'::text[]) r,
		unnest('{public,private,restricted,confidential}'::text[]) s
	union all select r, s, 'all' from unnest('{coordinator,hub_head,duty_officer}'::text[]) r,
		unnest('{public,private,restricted,confidential}'::text[]) s
	union all select r, s, 'all' from unnest('{leader,auditor}'::text[]) r, unnest('{public,private,restricted}'::text[]) s
	union all select r, 'press', 'all' from unnest('{coordinator,hub_head,press_officer,spokesperson}'::text[]) r
	union all values ('data_officer', 'data', 'all'), ('legal_officer', 'denunciation', 'own');

create table role_right (
	role  text not null,
	might text not null,
	constraint role_right_pk primary key (role, might),
	constraint role_right_role_fk foreign key (role) references role,
	constraint role_right_might check (might in ('note', 'contact', 'report', 'colleagues', 'accounts'))
);
comment on table role_right is 'What a role may do besides moves (move_role) and seeing (sight_right).';
insert into role_right
	select r, 'note' from unnest('{officer,head,coordinator,hub_head,legal_officer,press_officer,spokesperson,data_officer,
		duty_officer}'::text[]) r
	union all select r, 'contact' from unnest('{coordinator,hub_head,legal_officer,press_officer,spokesperson,data_officer}'::text[]) r
	union all select r, 'report' from unnest('{coordinator,hub_head,leader,auditor,admin}'::text[]) r
	union all values ('head', 'colleagues')
	union all select r, 'accounts' from unnest('{hub_head,admin}'::text[]) r;

create table account (
	id         uuid not null default gen_random_uuid(),
	login      text not null,
	name       text not null,
	department bigint not null,
	active     boolean not null default true,
	created_at timestamptz not null default now(),
	constraint account_pk primary key (id),
	constraint account_login unique (login),
	constraint account_login_format check (login ~ '^[a-z0-9][a-z0-9._@-]{1,63}$'),
	constraint account_name_length check (char_length(name) between 2 and 100),
	constraint account_department_fk foreign key (department) references department
);
create index account_department on account (department);

create table account_role (
	account uuid not null,
	role    text not null,
	constraint account_role_pk primary key (account, role),
	constraint account_role_account_fk foreign key (account) references account,
	constraint account_role_role_fk foreign key (role) references role
);

create table login_code (
	account    uuid not null,
	code_hash  bytea not null,
	expires_at timestamptz not null,
	constraint login_code_pk primary key (account, code_hash),
	constraint login_code_account_fk foreign key (account) references account,
	constraint login_code_hashed check (length(code_hash) = 32)
);
comment on table login_code is 'One-time sign-in codes, as an HMAC under a key outside the database; gone once used.';

create table session (
	id         uuid not null,
	account    uuid not null,
	opened_at  timestamptz not null default now(),
	expires_at timestamptz not null,
	closed_at  timestamptz,
	constraint session_pk primary key (id),
	constraint session_account_fk foreign key (account) references account,
	constraint session_order check (expires_at > opened_at)
);
create index session_expiry on session (expires_at);

-- For `tiepdan user`, run by the owner: makes or changes a person. Roles are replaced, and
-- count from the next request on, because caller_enter() reads them each time; switching off ends the sessions.
create function account_save(p_login text, p_name text, p_department text, p_roles text[], p_active boolean default true)
returns uuid language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_department bigint := (select id from department where code = p_department);
	v_account uuid;
begin
	if v_department is null then
		raise exception 'no department has the code "%"', p_department using errcode = 'TD430';
	end if;
	if exists (select from unnest(p_roles) r where not exists (select from role where code = r)) then
		raise exception 'unknown role in %', p_roles using errcode = 'foreign_key_violation', constraint = 'account_role_role_fk';
	end if;
	insert into account (login, name, department, active) values (lower(p_login), p_name, v_department, p_active)
		on conflict (login) do update set name = excluded.name, department = excluded.department, active = excluded.active
		returning id into v_account;
	delete from account_role where account = v_account and role <> all (p_roles);
	insert into account_role select v_account, r from unnest(p_roles) r on conflict do nothing;
	if not p_active then
		update session set closed_at = now() where account = v_account and closed_at is null;
		delete from login_code where account = v_account;
	end if;
	return v_account;
end $$;

-- For `tiepdan user`, run by the owner: keeps a new one-time code of an active person; older codes end.
create function login_code_save(p_login text, p_code_hash bytea, p_expires_at timestamptz)
returns uuid language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_account uuid := (select id from account where login = lower(p_login) and active);
begin
	if v_account is null then
		raise exception 'no active account "%"', p_login using errcode = 'TD432';
	end if;
	delete from login_code where account = v_account;
	insert into login_code values (v_account, p_code_hash, p_expires_at);
	return v_account;
end $$;
