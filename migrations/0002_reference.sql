-- Reference data: what the city is made of. Rows are never deleted; they end (valid_to is the first day on which a row
-- no longer holds). Loaded by import_rows() (0013).
set local search_path = tiepdan, public;

create table setting (
	name  text not null,
	value int not null,
	note  text not null,
	constraint setting_pk primary key (name)
);
comment on table setting is 'Numbers of the city''s own rules that the database itself applies.';
insert into setting values
	('close_after_days', 15, 'an answered ticket closes this many calendar days after the answer'),
	('messages_most', 100, 'the citizen writes at most this many messages to one ticket'),
	('messages_length', 30000, 'and this many characters in all of them');

create table reference_version (
	one        boolean not null default true,
	version    bigint not null default 1,
	changed_at timestamptz not null default now(),
	constraint reference_version_pk primary key (one),
	constraint reference_version_one_row check (one)
);
comment on table reference_version is 'Grows with each import: the ETag of the public lists.';
insert into reference_version default values;

create table calendar (
	code    text not null,
	name_vi text not null,
	name_en text not null,
	zone    text not null,
	constraint calendar_pk primary key (code)
);

create table calendar_hours (
	calendar text not null,
	weekday  int not null,
	opens    int not null,
	closes   int not null,
	constraint calendar_hours_pk primary key (calendar, weekday, opens),
	constraint calendar_hours_calendar_fk foreign key (calendar) references calendar,
	constraint calendar_hours_weekday check (weekday between 0 and 6),
	constraint calendar_hours_order check (0 <= opens and opens < closes and closes <= 86400),
	constraint calendar_hours_no_overlap exclude using gist (calendar with =, weekday with =, int4range(opens, closes) with &&)
);
comment on column calendar_hours.weekday is '0 Monday .. 6 Sunday';
comment on column calendar_hours.opens is 'second of the local day';

create table calendar_day (
	calendar text not null,
	day      date not null,
	works    boolean not null,
	name_vi  text not null,
	name_en  text not null,
	source   text not null,
	note     text,
	constraint calendar_day_pk primary key (calendar, day),
	constraint calendar_day_calendar_fk foreign key (calendar) references calendar
);
comment on table calendar_day is 'Exceptions: days off, and (works) make-up days with full hours. Never derived, always announced.';

create table area (
	code            text not null,
	parent          text,
	kind            text not null,
	name_vi         text not null,
	name_en         text not null,
	former_district text,
	lon             float8,
	lat             float8,
	valid_from      date,
	valid_to        date,
	constraint area_pk primary key (code),
	constraint area_parent_fk foreign key (parent) references area,
	constraint area_kind check (kind in ('city', 'ward', 'commune')),
	constraint area_validity check (valid_to > valid_from)
);

create table department (
	id         bigint generated always as identity,
	code       text not null,
	kind       text not null,
	name_vi    text not null,
	name_en    text not null,
	parent     bigint,
	area       text,
	governs    boolean not null,
	hub        boolean not null,
	calendar   text not null,
	valid_from date,
	valid_to   date,
	successor  bigint,
	note       text,
	constraint department_pk primary key (id),
	constraint department_code unique (code),
	constraint department_parent_fk foreign key (parent) references department,
	constraint department_successor_fk foreign key (successor) references department,
	constraint department_area_fk foreign key (area) references area,
	constraint department_calendar_fk foreign key (calendar) references calendar,
	constraint department_not_its_own_successor check (successor <> id),
	constraint department_validity check (valid_to > valid_from)
);
create unique index department_one_hub on department (hub) where hub;
create unique index department_one_governs on department (area) where governs and valid_to is null;
comment on column department.governs is 'the committee of a ward or commune: AREA in categories and rules means this one';
comment on column department.hub is 'the coordinating centre: returned tickets go here';

create table category (
	code       text not null,
	parent     text,
	name_vi    text not null,
	name_en    text not null,
	department text not null,
	level      text not null,
	visibility text not null,
	valid_from date,
	valid_to   date,
	constraint category_pk primary key (code),
	constraint category_parent_fk foreign key (parent) references category,
	constraint category_level check (level in ('normal', 'urgent', 'complex')),
	constraint category_visibility check (visibility in ('public', 'private', 'restricted', 'confidential')),
	constraint category_validity check (valid_to > valid_from)
);
comment on column category.department is 'code of the responsible department, or AREA: the committee of the ticket''s area';

create table sight (
	code text not null,
	note text not null,
	constraint sight_pk primary key (code)
);
comment on table sight is 'Who may see a ticket; fixed at filing. Rights of the roles over each: sight_right.';
insert into sight values
	('public', 'everybody of the holder, the hub, the leaders'),
	('private', 'as public, never published'),
	('restricted', 'as private, with less detail outside'),
	('confidential', 'the holder''s staff and the hub'),
	('press', 'the press desk'),
	('data', 'the data protection officer'),
	('denunciation', 'legal officers of the holder and nobody else (Law 25/2018 on denunciations, Art. 47 and 56)');

create table kind (
	code              text not null,
	position          int not null,
	name_vi           text not null,
	name_en           text not null,
	sight             text,
	visibility        text,
	level             text,
	emergency_numbers text[],
	constraint kind_pk primary key (code),
	constraint kind_sight_fk foreign key (sight) references sight,
	constraint kind_level check (level in ('normal', 'urgent', 'complex')),
	constraint kind_visibility check (visibility in ('public', 'private', 'restricted', 'confidential'))
);
comment on table kind is 'Kinds of tickets; NULL in sight, visibility, level means that the category decides.';

create table profile (
	code    text not null,
	name_vi text not null,
	name_en text not null,
	constraint profile_pk primary key (code)
);

create table policy (
	id                     bigint generated always as identity,
	profile                text not null,
	kind                   text,
	level                  text,
	category               text,
	accept_amount          int,
	accept_unit            text not null,
	forward_amount         int,
	forward_unit           text not null,
	answer_amount          int,
	answer_unit            text not null,
	answer_from_acceptance boolean not null,
	extensions             int not null,
	citation_vi            text not null,
	citation_en            text not null,
	note                   text,
	valid_from             date,
	valid_to               date,
	constraint policy_pk primary key (id),
	constraint policy_version unique nulls not distinct (profile, kind, level, category, valid_from),
	constraint policy_profile_fk foreign key (profile) references profile,
	constraint policy_kind_fk foreign key (kind) references kind,
	constraint policy_category_fk foreign key (category) references category,
	constraint policy_level check (level in ('normal', 'urgent', 'complex')),
	constraint policy_accept check ((accept_unit = 'none') = (accept_amount is null) and accept_amount > 0
		and accept_unit in ('wh', 'wd', 'cd', 'h', 'now', 'none')),
	constraint policy_forward check ((forward_unit = 'none') = (forward_amount is null) and forward_amount > 0
		and forward_unit in ('wh', 'wd', 'cd', 'h', 'now', 'none')),
	constraint policy_answer check ((answer_unit = 'none') = (answer_amount is null) and answer_amount > 0
		and answer_unit in ('wh', 'wd', 'cd', 'h', 'now', 'none')),
	constraint policy_extensions check (extensions >= 0),
	constraint policy_validity check (valid_to > valid_from),
	constraint policy_one_in_force exclude using gist (coalesce(kind, '') with =, coalesce(level, '') with =,
		coalesce(category, '') with =, daterange(valid_from, valid_to) with &&)
);
comment on table policy is 'One version of a set of deadlines with its law. A ticket keeps the version it was filed under.';
comment on column policy.answer_from_acceptance is
	'the answer clock runs from the acceptance, or from the end of the accept limit, whichever is earlier';
comment on column policy.note is 'what is a placeholder or still to be verified';

create table route_rule (
	id         bigint generated always as identity,
	kind       text,
	category   text,
	area       text,
	department text not null,
	note       text,
	valid_from date,
	valid_to   date,
	constraint route_rule_pk primary key (id),
	constraint route_rule_version unique nulls not distinct (kind, category, area, valid_from),
	constraint route_rule_kind_fk foreign key (kind) references kind,
	constraint route_rule_category_fk foreign key (category) references category,
	constraint route_rule_area_fk foreign key (area) references area,
	constraint route_rule_says_something check (num_nonnulls(kind, category, area) > 0),
	constraint route_rule_validity check (valid_to > valid_from),
	constraint route_rule_one_in_force exclude using gist (coalesce(kind, '') with =, coalesce(category, '') with =,
		coalesce(area, '') with =, daterange(valid_from, valid_to) with &&)
);

create table refusal_reason (
	code       text not null,
	position   int not null,
	action     text not null,
	text_vi    text not null,
	text_en    text not null,
	basis_vi   text not null,
	basis_en   text not null,
	valid_from date,
	valid_to   date,
	constraint refusal_reason_pk primary key (code),
	constraint refusal_reason_action check (action in ('refuse', 'redirect')),
	constraint refusal_reason_validity check (valid_to > valid_from)
);
comment on table refusal_reason is 'Coded reasons of refuse and redirect: what the citizen is told, and its legal basis.';

-- Tickets name reference rows by code or id without foreign keys (0004 says why), so no row may go and no code change.
create function reference_stays() returns trigger language plpgsql as $$
begin
	raise exception '% rows are never removed or renamed: end them with valid_to', tg_table_name
		using errcode = 'restrict_violation';
end $$;
do $$
declare
	t text;
begin
	foreach t in array array['area', 'category', 'kind', 'department', 'policy', 'refusal_reason', 'sight'] loop
		execute format('create trigger %1$s_stays before delete or truncate on %1$I execute function reference_stays()', t);
		execute format('create trigger %1$s_key_stays before update of %2$I on %1$I for each row
			when (old.%2$I is distinct from new.%2$I) execute function reference_stays()',
			t, case when t in ('department', 'policy') then 'id' else 'code' end);
	end loop;
end $$;
