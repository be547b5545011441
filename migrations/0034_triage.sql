-- Triage: what does not belong into this channel, or has a way of its own, is recognised by the citizen's own choice and by word
-- lists. The lists only suggest: to the citizen before he files (the form warns), to the hub afterwards. Nothing is decided by them,
-- with one exception in favour of the citizen: what sounds like danger to life alarms those who are on duty, at once.
set local search_path = tiepdan, public;

create table triage_path (
	kind      text not null,
	position  int not null,
	threshold int not null,
	file_as   text,
	numbers   text[] not null default '{}',
	name_vi   text not null,
	name_en   text not null,
	text_vi   text not null,
	text_en   text not null,
	basis_vi  text,
	basis_en  text,
	discreet  boolean not null default false,
	constraint triage_path_pk primary key (kind),
	constraint triage_path_kind check (kind in ('danger', 'crime', 'secret', 'denunciation', 'complaint', 'press', 'information_request',
		'data_request', 'spam')),
	constraint triage_path_threshold check (threshold between 1 and 1000)
);
comment on table triage_path is 'Where a matter of this kind goes, as it is told to the citizen.';
comment on column triage_path.threshold is 'the weights of the words that are found have to come to this';
comment on column triage_path.file_as is 'the kind of ticket (kind.code) that is meant for it; NULL: it is not filed here';
comment on column triage_path.discreet is 'what sounds like it is not shown to others who file, and published by nobody but the hub';
comment on column triage_path.numbers is 'to be called at once, before anything is written';
insert into triage_path values
	('danger', 1, 10, 'emergency', '{113,114,115,111}', 'Nguy hiểm đến tính mạng', 'Danger to life',
		'Nếu tính mạng, sức khỏe đang bị đe dọa, hãy gọi ngay: 113 (công an), 114 (chữa cháy, cứu nạn, cứu hộ), 115 (cấp cứu y tế), '
			'111 (bảo vệ trẻ em). Phiếu gửi tại đây không thay cho cuộc gọi khẩn cấp.',
		'If life or health is in danger, call at once: 113 (police), 114 (fire and rescue), 115 (ambulance), 111 (child protection). '
			'A ticket does not replace the call.', null, null),
	('crime', 2, 10, null, '{113}', 'Tố giác tội phạm', 'Report of a crime',
		'Tố giác, tin báo về tội phạm gửi đến cơ quan công an nơi gần nhất hoặc gọi 113. Phiếu gửi tại đây không thay cho tố giác: trung tâm điều '
			'phối hướng dẫn đến cơ quan công an và không công khai nội dung tố giác.',
		'A crime is reported to the nearest police station or by calling 113. A ticket does not replace the report: the hub tells you the way '
			'to the police, and does not publish such a report.',
		'Bộ luật Tố tụng hình sự năm 2015, Điều 144 và Điều 145', 'Criminal Procedure Code 2015, Articles 144 and 145'),
	('secret', 3, 10, null, '{}', 'Bí mật nhà nước', 'State secrets',
		'Không gửi tài liệu, nội dung thuộc bí mật nhà nước qua kênh này. Đề nghị liên hệ trực tiếp cơ quan có thẩm quyền.',
		'Do not send state secrets through this channel. Please turn to the competent body in person.',
		'Luật Bảo vệ bí mật nhà nước số 117/2025/QH15', 'Law 117/2025/QH15 on the protection of state secrets'),
	('denunciation', 4, 10, 'denunciation', '{}', 'Tố cáo', 'Denunciation',
		'Tố cáo hành vi vi phạm pháp luật được giải quyết theo Luật Tố cáo, do người đứng đầu cơ quan có thẩm quyền hoặc cơ quan thanh tra thụ lý; '
			'người tố cáo được giữ bí mật. Chọn loại "Tố cáo" để chỉ cán bộ được phân công đọc được nội dung.',
		'Denunciations are dealt with under the law on denunciations by the competent head or the inspectorate; who denounces is kept secret. '
			'Choose the kind "denunciation", so that only the persons in charge can read it.',
		'Luật Tố cáo số 25/2018/QH14', 'Law 25/2018/QH14 on denunciations'),
	('complaint', 5, 10, 'complaint', '{}', 'Khiếu nại', 'Complaint at law',
		'Khiếu nại quyết định hành chính, hành vi hành chính được gửi đến người đã ra quyết định hoặc Ban Tiếp công dân và giải quyết theo Luật '
			'Khiếu nại, trong thời hiệu 90 ngày; kênh này chỉ ghi nhận và hướng dẫn.',
		'A complaint against an administrative decision or act goes to whoever made it, or to the citizen reception board, within 90 days; '
			'this channel only registers it and tells the way.',
		'Luật Khiếu nại số 02/2011/QH13', 'Law 02/2011/QH13 on complaints'),
	('press', 6, 7, 'press', '{}', 'Câu hỏi của báo chí', 'Press question',
		'Câu hỏi của cơ quan báo chí do người phát ngôn trả lời. Chọn loại "Báo chí" để chuyển đúng bộ phận.',
		'Questions of the press are answered by the spokesperson. Choose the kind "press".',
		'Luật Báo chí số 126/2025/QH15', 'Press Law 126/2025/QH15'),
	('information_request', 7, 10, 'information_request', '{}', 'Yêu cầu cung cấp thông tin', 'Information request',
		'Yêu cầu cung cấp thông tin có thủ tục và thời hạn riêng. Chọn loại "Yêu cầu thông tin".',
		'Requests for information have a procedure and time limits of their own. Choose the kind "information request".',
		'Luật Tiếp cận thông tin', 'Law on access to information'),
	('data_request', 8, 8, 'data_request', '{}', 'Yêu cầu về dữ liệu cá nhân', 'Request about personal data',
		'Yêu cầu xem, sửa, xóa dữ liệu cá nhân do cán bộ bảo vệ dữ liệu giải quyết. Chọn loại "Yêu cầu về dữ liệu cá nhân".',
		'Requests to see, correct or delete personal data go to the data protection officer. Choose the kind "data request".',
		'Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15', 'Law 91/2025/QH15 on personal data protection'),
	('spam', 9, 10, null, '{}', 'Quảng cáo, thư rác', 'Advertising, spam',
		'Nội dung quảng cáo, không liên quan đến hoạt động của cơ quan nhà nước sẽ bị từ chối.',
		'Advertising, and what is no matter of the authorities, is refused.', null, null);

update triage_path set discreet = true where kind in ('danger', 'crime', 'secret', 'denunciation');

create table triage_word (
	kind       text not null,
	phrase     text not null,
	weight     int not null,
	language   text not null default 'vi',
	valid_from date,
	valid_to   date,
	constraint triage_word_version unique nulls not distinct (kind, phrase, valid_from),
	constraint triage_word_kind_fk foreign key (kind) references triage_path,
	constraint triage_word_folded check (phrase ~ '^[a-z0-9]+( [a-z0-9]+){0,7}$' and char_length(phrase) <= 100),
	constraint triage_word_weight check (weight between 1 and 100),
	constraint triage_word_language check (language in ('vi', 'en')),
	constraint triage_word_validity check (valid_to > valid_from)
);
comment on table triage_word is 'Folded phrases of up to eight syllables. Without diacritics words fall together ("từ từ", "tự tử"): choose phrases.';
insert into triage_word (kind, language, phrase, weight)
	select k, l, p, w from (values
		('danger', 'vi', 10, '{chay nha,boc chay,hoa hoan,bi dien giat,day dien dut,dut day dien,ro ri gas,no binh gas,sap nha,bao hanh tre em,
			xam hai tre em,danh dap tre em,duoi nuoc,dinh tu tu,no sung,bat coc}'),
		('danger', 'vi', 6, '{dam chay,bi chay,ho dien,ro dien,nguy co sap,nguy hiem tinh mang,bi thuong nang,cap cuu,chay lon,khi gas,
			khoi day dac,mac ket,cuon troi,sat lo}'),
		('danger', 'en', 10, '{house on fire,live wire,gas leak,building collapse,child abuse,electric shock,drowning}'),
		('crime', 'vi', 10, '{to giac,giet nguoi,hiep dam,co y gay thuong tich,cuop giat,buon ban ma tuy,to chuc danh bac}'),
		('crime', 'vi', 6, '{trom cap,ma tuy,danh bac,lua dao,tong tien,buon lau}'),
		('crime', 'en', 10, '{robbery,drug dealing,murder,rape}'),
		('secret', 'vi', 10, '{bi mat nha nuoc,tai lieu tuyet mat}'), ('secret', 'en', 10, '{state secret,state secrets}'),
		('denunciation', 'vi', 10, '{to cao,nhan hoi lo,doi hoi lo,loi dung chuc vu}'), ('denunciation', 'vi', 6, '{tham nhung,tham o,vu loi,bao ke}'),
		('denunciation', 'en', 10, '{bribe,bribery,corruption}'),
		('complaint', 'vi', 10, '{khieu nai,huy quyet dinh,khong dong y voi quyet dinh}'), ('complaint', 'vi', 5, '{quyet dinh xu phat,quyet dinh thu hoi dat,cuong che}'),
		('complaint', 'en', 10, '{complaint against the decision,annul the decision}'),
		('press', 'vi', 7, '{phong vien,nha bao,toa soan,co quan bao chi,dat cau hoi cho nguoi phat ngon}'), ('press', 'en', 7, '{journalist,our newspaper,press card}'),
		('information_request', 'vi', 10, '{de nghi cung cap thong tin,yeu cau cung cap thong tin,tiep can thong tin}'),
		('information_request', 'en', 10, '{access to information,request for information}'),
		('data_request', 'vi', 8, '{du lieu ca nhan,xoa thong tin ca nhan,xoa du lieu}'), ('data_request', 'en', 8, '{personal data,delete my data}'),
		('spam', 'vi', 10, '{vay tien nhanh,viec nhe luong cao,ca cuoc truc tuyen,ho tro vay von}'), ('spam', 'vi', 5, '{khuyen mai,giam gia,inbox,nha cai}'),
		('spam', 'en', 10, '{click here,online casino}')) v (k, l, w, phrases),
		unnest(v.phrases::text[]) u (raw), btrim(regexp_replace(raw, '\s+', ' ', 'g')) p;

insert into import_type (code, pattern, wanted, most) values
	('triage_kind', '^(danger|crime|secret|denunciation|complaint|press|information_request|data_request|spam)$', 'a kind of triage_path', 64),
	('folded', '^[a-z0-9]+( [a-z0-9]+){0,7}$', 'up to eight syllables in small letters without diacritics', 100),
	('weight', '^([1-9][0-9]?|100)$', 'a number from 1 to 100', 3);
insert into import_kind values ('triage_words', '{kind,phrase,valid_from}');
insert into import_column values
	('triage_words', 'kind', 'triage_kind', true, null), ('triage_words', 'phrase', 'folded', true, null),
	('triage_words', 'weight', 'weight', true, null), ('triage_words', 'language', 'language', false, null),
	('triage_words', 'valid_from', 'date', false, null), ('triage_words', 'valid_to', 'date', false, null);
create function import_triage_words(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into triage_word (kind, phrase, weight, language, valid_from, valid_to)
	values (r->>'kind', r->>'phrase', (r->>'weight')::int, coalesce(r->>'language', 'vi'), (r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict on constraint triage_word_version do update set (weight, language, valid_to) = (excluded.weight, excluded.language, excluded.valid_to)
$$;
comment on function import_triage_words is 'kind, phrase (folded), weight (1 to 100), language (vi, en; optional), valid_from, valid_to (optional).
A phrase that shall no longer count gets a valid_to.';

create table triage_suggestion (
	ticket uuid not null,
	kind   text not null,
	score  int not null,
	words  text[] not null,
	at     timestamptz not null,
	constraint triage_suggestion_pk primary key (ticket, kind),
	constraint triage_suggestion_ticket_fk foreign key (ticket) references ticket,
	constraint triage_suggestion_kind_fk foreign key (kind) references triage_path,
	constraint triage_suggestion_score check (score > 0)
);
comment on table triage_suggestion is 'What the word lists of that day made of a filing; words is empty where the citizen chose the kind.';

create table triage_cursor (
	one boolean not null default true,
	xid xid8 not null,
	id  uuid not null,
	constraint triage_cursor_pk primary key (one),
	constraint triage_cursor_one_row check (one)
);
comment on table triage_cursor is 'The last event of the feed that was looked at. It moves in the transaction that stores the suggestions.';
insert into triage_cursor (xid, id) values (pg_snapshot_xmin(pg_current_snapshot()), '00000000-0000-0000-0000-000000000000');

-- --- those on duty -------------------------------------------------------------------------------------------------------

create table duty (
	id       uuid not null,
	account  uuid not null,
	from_at  timestamptz not null,
	until_at timestamptz not null,
	made_by  uuid not null,
	made_at  timestamptz not null,
	constraint duty_pk primary key (id),
	constraint duty_account_fk foreign key (account) references account,
	constraint duty_maker_fk foreign key (made_by) references account,
	constraint duty_order check (until_at > from_at and until_at <= from_at + interval '31 days'),
	constraint duty_no_overlap exclude using gist (account with =, tstzrange(from_at, until_at) with &&)
);
create index duty_until on duty (until_at, id);
comment on table duty is 'Who is told at once, by day and by night, when a ticket sounds like danger to life.';

create function duty_caller_needs(p_roles text[]) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not caller_roles() && p_roles then
		raise exception 'none of the caller''s roles may see to the roster' using errcode = 'TD403';
	end if;
end $$;
create function duty_item(d duty) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return json_build_object('id', d.id, 'person', person_named(d.account), 'from', instant(d.from_at), 'until', instant(d.until_at),
		'made_by', person_named(d.made_by), 'made_at', instant(d.made_at))::text;
end $$;
-- The roster from now on, what ends first on top.
create function duty_list(p_now timestamptz, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform duty_caller_needs('{hub_head,coordinator,duty_officer}');
	return query
	select duty_item(d), concat_ws('|', d.until_at, d.id) from duty d
	where d.until_at > p_now and (d.until_at, d.id) > (coalesce(split_part(p_after, '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(p_after, '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
	order by d.until_at, d.id limit p_limit + 1;
end $$;
create function duty_add(p_id uuid, p_account uuid, p_from timestamptz, p_until timestamptz, p_at timestamptz) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform duty_caller_needs('{hub_head}');
	if not exists (select from account where id = p_account and active) then
		raise exception 'no such person' using errcode = 'TD432';
	end if;
	insert into duty values (p_id, p_account, p_from, p_until, caller_account(), p_at);
end $$;
-- What has begun is cut short, so that the past stays as it was.
create function duty_remove(p_id uuid, p_at timestamptz) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform duty_caller_needs('{hub_head}');
	update duty set until_at = p_at where id = p_id and from_at < p_at and until_at > p_at;
	if not found then
		delete from duty where id = p_id and from_at >= p_at;
		if not found then
			raise exception 'no such duty' using errcode = 'TD404';
		end if;
	end if;
end $$;

-- --- matching ------------------------------------------------------------------------------------------------------------

create function triage_words(p_now timestamptz) returns table (kind text, phrase text, weight bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_today date := city_day(p_now);
begin
	return query
	select w.kind, w.phrase, max(w.weight)::bigint from triage_word w
	where v_today >= coalesce(w.valid_from, '-infinity') and v_today < coalesce(w.valid_to, 'infinity') group by w.kind, w.phrase;
end $$;
create function triage_paths() returns table (kind text, threshold bigint, file_as text, path text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select kind, threshold::bigint, file_as, json_build_object('kind', kind, 'name_vi', name_vi, 'name_en', name_en, 'numbers', to_json(numbers),
		'text_vi', text_vi, 'text_en', text_en, 'basis_vi', basis_vi, 'basis_en', basis_en, 'file_as', file_as)::text
	from triage_path order by position;
end $$;

-- The next events of the feed, with the text of those that are filings; `after_*` is where the cursor stands. Tickets are looked
-- up one by one: by its estimate of the feed a plan would rather read all of them, every second.
create function triage_next(p_limit bigint)
returns table (after_xid text, after_id uuid, xid text, id uuid, ticket uuid, kind text, folded text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
begin
	return query
	select c.xid::text, c.id, e.xid::text, e.id, t.id, t.kind, t.folded
	from triage_cursor c cross join lateral (select xid, id, type, ticket from event e where (e.xid, e.id) > (c.xid, c.id)
			and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit p_limit) e
		left join lateral (select id, kind, folded from ticket where id = e.ticket and e.type = 'ticket.filed' offset 0) t on true
	order by e.xid, e.id;
end $$;

-- The people of an audience (those on duty, or the hub's: the first of its roles in whose turn it is) who see the ticket and can be
-- told: a mail server has not refused their address, and they were not told of p_event in vain.
create function danger_people(t ticket, p_audience text, p_event uuid, p_now timestamptz) returns uuid[] language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return array(
		select p.id from (
			select a.id, a.login, dense_rank() over (order by w.turn) as place
			from (
				select d.account, 0 as turn from duty d where p_audience = 'duty' and d.from_at <= p_now and d.until_at > p_now
				union all select r.account, min(n.turn) from notice_role n join account_role r on r.role = n.role
					where n.audience = p_audience and n.audience = 'hub' group by r.account) w
				join account a on a.id = w.account
			where a.active and a.email is not null and (p_audience = 'duty' or a.department = (select id from department where hub))
				and notice_sees(a.id, a.department, t.sight, t.holder)
				and not exists (select from bounce b where b.recipient = uuid_send(a.id))
				and not exists (select from notice n where n.ticket = t.id and n.event = p_event and n.account = a.id
					and n.state in ('bounced', 'failed'))) p
		where p.place = 1 order by p.login);
end $$;
-- Whoever is on duty now and may see the ticket is told at once; if nobody is, the hub. In the language of each (0040).
create function danger_tell(p_ticket uuid, p_now timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_event uuid := gen_random_uuid();
	v_people uuid[];
begin
	select * into strict t from ticket where id = p_ticket;
	v_people := danger_people(t, 'duty', v_event, p_now);
	perform event_write(v_event, p_now, t.id, 'ticket.danger', 'job', null, t.holder, null, null, null, null,
		jsonb_build_object('urgent', true, 'on_duty', cardinality(v_people)));
	insert into notice (event, event_at, ticket, type, audience, account, language, urgent, made_at, next_at)
	select v_event, p_now, t.id, 'ticket.danger', case when v_people = '{}' then 'hub' else 'duty' end, p.account, a.language, true, p_now, p_now
	from (select unnest(v_people) as account
		union all select unnest(danger_people(t, 'hub', v_event, p_now)) where v_people = '{}') p
		join account a on a.id = p.account;
end $$;
-- A letter of it that does not arrive is told to the hub, and one to the hub to those whose turn is next.
create function danger_untold() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	select * into strict t from ticket where id = new.ticket;
	insert into notice (event, event_at, ticket, type, audience, account, language, urgent, made_at, next_at)
	select new.event, new.event_at, new.ticket, new.type, 'hub', a.id, a.language, true, now(), now()
	from account a where a.id = any (danger_people(t, 'hub', new.event, now())) on conflict do nothing;
	return null;
end $$;
create trigger danger_untold after update of state on notice for each row
	when (new.type = 'ticket.danger' and new.state in ('bounced', 'failed') and old.state <> new.state) execute function danger_untold();

-- Stores what was found in the events up to p_xid, p_id: parallel arrays, the words of a row joined by "; ". Nothing when somebody
-- else has been there since the read. Returns how many events that were. For the server a nil id is NULL.
create function triage_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_kinds text[],
	p_scores bigint[], p_words text[], p_now timestamptz) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_ticket uuid;
begin
	update triage_cursor set xid = p_xid::xid8, id = p_id
		where one and (xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000'));
	if not found then
		return 0;
	end if;
	for v_ticket in
		with made as (
			insert into triage_suggestion (ticket, kind, score, words, at)
			select i.ticket, i.kind, i.score, coalesce(string_to_array(nullif(i.words, ''), '; '), '{}'), p_now
			from unnest(p_tickets, p_kinds, p_scores, p_words) i (ticket, kind, score, words) join triage_path p on p.kind = i.kind
			where i.score >= p.threshold
			on conflict do nothing returning ticket, kind)
		select ticket from made where kind = 'danger'
	loop
		perform danger_tell(v_ticket, p_now);
	end loop;
	return p_read;
end $$;

-- Whether the words of a ticket are such that others must not come upon it by chance.
create function triage_discreet(p_ticket uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from triage_suggestion s join triage_path p on p.kind = s.kind where s.ticket = p_ticket and p.discreet);
end $$;
create function triage_suggestions(p_ticket uuid, out body text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	select json_build_object('suggestions', coalesce(json_agg(json_build_object('kind', s.kind, 'name_vi', p.name_vi, 'name_en', p.name_en,
		'score', s.score, 'words', to_json(s.words), 'at', instant(s.at), 'file_as', p.file_as) order by p.position), '[]'))::text into body
	from triage_suggestion s join triage_path p on p.kind = s.kind where s.ticket = ticket_visible(p_ticket);
end $$;

alter table notice drop constraint notice_audience,
	add constraint notice_audience check (audience in ('citizen', 'holder', 'heads', 'hub', 'leaders', 'duty')) not valid;	-- see 0042
select letter_add('ticket.danger', 'staff', false, 'KHẨN: có thể nguy hiểm đến tính mạng',
	'Phiếu dưới đây có dấu hiệu nguy hiểm đến tính mạng, ghi nhận lúc {{at}}. Đề nghị xem và liên hệ lực lượng cứu nạn ngay.',
	'URGENT: possible danger to life',
	'The ticket below sounds like danger to life ({{at}}). Please read it and call the rescue services at once.');

-- No policy, so no row: the functions are the only way.
alter table triage_suggestion enable row level security;
alter table duty enable row level security;
revoke all on triage_path, triage_word, triage_suggestion, triage_cursor, duty from public;
revoke execute on function import_triage_words, duty_caller_needs, duty_item, duty_list, duty_add, duty_remove, triage_words, triage_paths,
	triage_next, danger_people, danger_tell, danger_untold, triage_store, triage_discreet, triage_suggestions from public;
grant execute on function duty_list, duty_add, duty_remove, triage_words, triage_paths, triage_next, triage_store, triage_suggestions
	to tiepdan_app;
