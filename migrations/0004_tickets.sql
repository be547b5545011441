-- Tickets and what belongs to them.
--
-- What filing writes (ticket, clock, holding, contact, event) carries no foreign keys: a key check locks the referenced
-- row, the few rows of reference data are shared by every filing at once, and the locks of concurrent filings pile up
-- on them (measured: a third fewer filings a second). The rules hold all the same: only the functions of 0008 to 0011 write these tables, ticket_file() checks the
-- codes it is given, and reference rows can never go (0002).
set local search_path = tiepdan, public;

create table ticket (
	id            uuid not null,
	number        bigint not null,
	generation    bigint not null default 1,
	code          text not null,
	version       bigint not null default 1,
	done          boolean not null default false,
	anonymous     boolean not null,
	filed_at      timestamptz not null,
	updated_at    timestamptz not null,
	answered_at   timestamptz,
	due_at        timestamptz not null default 'infinity',
	holder        bigint not null,
	person        uuid,
	policy        bigint,
	returns       int not null default 0,
	lon           float8,
	lat           float8,
	state         text not null default 'submitted',
	kind          text not null,
	category      text not null,
	area          text,
	level         text not null,
	visibility    text not null,
	sight         text not null,
	outcome       text,
	language      text not null,
	channel       text not null,
	title         text not null,
	text          text not null,
	folded        text not null,
	location_text text,
	route         jsonb not null,
	constraint ticket_pk primary key (id),
	constraint ticket_number unique (number),
	constraint ticket_number_range check (number between 0 and 34359738367),
	constraint ticket_language check (language in ('vi', 'en')),
	constraint ticket_channel check (channel in ('web', 'app', 'email', 'phone', 'counter', 'zalo')),
	constraint ticket_level check (level in ('normal', 'urgent', 'complex')),
	constraint ticket_visibility check (visibility in ('public', 'private', 'restricted', 'confidential')),
	constraint ticket_outcome check (outcome in ('met', 'late')),
	constraint ticket_title_length check (char_length(title) between 5 and 200),
	constraint ticket_text_length check (char_length(text) between 20 and 10000),
	constraint ticket_location_length check (char_length(location_text) <= 300),
	constraint ticket_point check ((lon is null) = (lat is null) and lon between -180 and 180 and lat between -90 and 90)
);
comment on column ticket.number is 'what the public code is made of';
comment on column ticket.generation is 'which secret opens the ticket';
comment on column ticket.done is 'the state is not an open one (state.open); kept by the trigger of 0006';
comment on column ticket.due_at is 'next due of the running clocks; infinity when none runs';
comment on column ticket.folded is 'title, text and place without diacritics, for search';
comment on column ticket.policy is 'the deadlines it was filed under; NULL: none';
comment on column ticket.outcome is 'how the answer clock ended';
comment on column ticket.route is 'why this department: decide_explain()';
-- Queues: open tickets first, what is due first before the rest.
create index ticket_queue on ticket (holder, done, due_at, id);
create index ticket_due on ticket (done, due_at, id);
create index ticket_holder_filed on ticket (holder, filed_at, id);
create index ticket_filed on ticket (filed_at, id);
create index ticket_answered on ticket (answered_at) where state = 'answered';

create table holding (
	ticket     uuid not null,
	department bigint not null,
	since      timestamptz not null,
	until      timestamptz,
	constraint holding_order check (until >= since),
	constraint holding_one_at_a_time exclude using gist (ticket with =, tstzrange(since, until) with &&)
);
comment on table holding is 'Which department held a ticket when; until is NULL for the present holder.';

create table clock (
	ticket     uuid not null,
	kind       text not null,
	round      int not null default 1,
	holder     bigint not null,
	policy     bigint not null,
	start_at   timestamptz,
	due_at     timestamptz not null,
	latest_due timestamptz not null,
	stop_at    timestamptz,
	outcome    text,
	constraint clock_pk primary key (ticket, kind, round),
	constraint clock_kind check (kind in ('accept', 'answer')),
	constraint clock_outcome check (outcome in ('met', 'late', 'passed') and (outcome is null) = (stop_at is null)),
	constraint clock_due check (due_at <= latest_due)
);
create unique index clock_one_running on clock (ticket, kind) where stop_at is null;
comment on table clock is 'One deadline of a ticket. A new round begins when a new holder has to accept.';
comment on column clock.start_at is 'NULL: an answer clock that waits for the acceptance; it is due at latest_due until then';
comment on column clock.latest_due is 'what the citizen was told';
comment on column clock.outcome is 'met, late, or passed: the ticket went to another holder';

create table contact (
	ticket      uuid not null,
	epoch       bigint not null,
	wrapped     bytea,
	box         bytea,
	commitment  bytea not null,
	phone_index bytea,
	email_index bytea,
	erased_at   timestamptz,
	constraint contact_pk primary key (ticket),
	constraint contact_sealed_or_erased check ((erased_at is null) = (wrapped is not null and box is not null)
		and (erased_at is null or num_nonnulls(phone_index, email_index) = 0)),
	constraint contact_sizes check (length(commitment) = 32 and length(box) <= 8192 and length(wrapped) <= 256)
);
create index contact_phone on contact (phone_index) where phone_index is not null;
create index contact_email on contact (email_index) where email_index is not null;
comment on table contact is 'Who filed, sealed under a key of its own (auth/seal.h). Nobody reads it but contact_read().';
comment on column contact.phone_index is 'keyed blind index: finds the same phone again without storing it readable';

create table note (
	id         uuid not null,
	ticket     uuid not null,
	at         timestamptz not null,
	author     uuid not null,
	department bigint not null,
	text       text not null,
	constraint note_pk primary key (id),
	constraint note_ticket_fk foreign key (ticket) references ticket,
	constraint note_author_fk foreign key (author) references account,
	constraint note_text_length check (char_length(text) between 1 and 10000)
);
create index note_of_ticket on note (ticket, at, id);
comment on table note is 'Internal; the citizen never sees them.';

create table message (
	id         uuid not null,
	ticket     uuid not null,
	at         timestamptz not null,
	author     uuid,
	department bigint,
	text       text not null,
	constraint message_pk primary key (id),
	constraint message_ticket_fk foreign key (ticket) references ticket,
	constraint message_author_fk foreign key (author) references account,
	constraint message_side check ((author is null) = (department is null)),
	constraint message_text_length check (char_length(text) between 2 and 10000)
);
create index message_of_ticket on message (ticket, at, id);
comment on column message.author is 'NULL: the citizen';

create table reply (
	id         uuid not null default gen_random_uuid(),
	ticket     uuid not null,
	version    int not null,
	at         timestamptz not null,
	author     uuid not null,
	department bigint not null,
	state      text not null,
	text       text not null,
	decided_by uuid,
	decided_at timestamptz,
	constraint reply_pk primary key (id),
	constraint reply_version unique (ticket, version),
	constraint reply_ticket_fk foreign key (ticket) references ticket,
	constraint reply_author_fk foreign key (author) references account,
	constraint reply_decider_fk foreign key (decided_by) references account,
	constraint reply_state check (state in ('draft', 'proposed', 'sent_back', 'published')),
	constraint reply_decided check ((state in ('sent_back', 'published')) = (decided_by is not null)
		and (decided_by is null) = (decided_at is null)),
	constraint reply_text_length check (char_length(text) between 10 and 20000)
);
comment on table reply is 'Every version of the answer; published ones are what the citizen got.';

create table rating (
	ticket  uuid not null,
	at      timestamptz not null,
	score   text not null,
	reasons text[] not null,
	comment text,
	constraint rating_once primary key (ticket),
	constraint rating_ticket_fk foreign key (ticket) references ticket,
	constraint rating_score check (score in ('satisfied', 'acceptable', 'unsatisfied')),
	constraint rating_reasons check (reasons <@ '{too_slow,not_solved,impolite,unclear,other}' and cardinality(reasons) <= 5),
	constraint rating_comment_length check (char_length(comment) <= 2000)
);
comment on table rating is 'What the citizen thought of the answer. It names nobody: who filed stays sealed in contact.';

create table once (
	key         bytea not null,
	fingerprint bytea not null,
	at          timestamptz not null,
	ticket      uuid,
	status      int,
	body        text,
	constraint once_pk primary key (key),
	constraint once_sizes check (length(key) = 32 and length(fingerprint) = 32)
);
create index once_at on once using brin (at) with (pages_per_range = 16);
comment on table once is
	'Answers by Idempotency-Key (an HMAC of it). A filing is answered again from its ticket, so that nothing secret is kept.';

create table number_stock (
	one  boolean not null default true,
	next bigint not null default 0,
	constraint number_stock_pk primary key (one),
	constraint number_stock_one_row check (one)
);
comment on table number_stock is 'The next number to hand out; workers take blocks.';
insert into number_stock default values;
