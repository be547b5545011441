-- Tickets with words, as many as :rows, beside those that were filed; the cluster must be one's own. Words are syllables with and without
-- diacritics; the n-th of them is as common as 1/n, as in any text. A ticket is a title and three to five of 40,000 sentences, some of
-- which are said far oftener than others, and a word that hardly any other has. Filed over five years, more of them lately; the largest
-- department has a tenth. Rows are made in the order of filing, as the follower makes them.
set session_replication_role = replica;
set work_mem = '512MB';
set maintenance_work_mem = '1GB';
select setseed(0.5);

create temp table syllable as
	select row_number() over (order by md5(initial || rime || tone)) as n, initial || overlay(rime placing tone from 1 for 1) as exact,
		translate(initial, 'đ', 'd') || rime as folded
	from unnest('{b,c,ch,d,đ,g,gi,h,k,kh,l,m,n,ng,nh,ph,qu,r,s,t,th,tr,v,x}'::text[]) initial
		cross join unnest('{a,ac,ai,am,an,ang,anh,ao,at,au,ay,e,em,en,eo,et,i,ich,iem,ien,ieu,im,in,inh,it,iu,o,oan,oc,oi,om,on,ong,op,ot,u,ua,uc,ui,um,un,ung,uoc,uoi,uong,uot,uy}'::text[]) rime
		cross join lateral unnest(case left(rime, 1) when 'a' then '{a,á,à,ả,ạ,ấ,ầ,ắ}' when 'e' then '{e,é,è,ế,ề,ệ}' when 'i' then '{i,í,ì,ị}'
			when 'o' then '{o,ó,ò,ố,ồ,ộ,ơ,ớ}' else '{u,ú,ù,ư,ứ,ừ}' end::text[]) tone;
create unique index on syllable (n);
create temp table sentence as
	select s.n, string_agg(y.exact, ' ' order by s.i) as text,
		(string_agg('''' || y.folded || ''':' || s.i || case when y.exact <> y.folded then ' ''=' || y.exact || ''':' || s.i else '' end, ' '))::tsvector as words
	from (select n, i, floor(exp(random() * ln((select count(*) from syllable))))::bigint as y from generate_series(1, 40000) n, generate_series(1, 14) i offset 0) s
		join syllable y on y.n = s.y group by s.n;
create unique index on sentence (n);
create temp table title as
	select s.n, string_agg(y.exact, ' ' order by s.i) as text,
		(string_agg('''' || y.folded || ''':' || s.i || 'A' || case when y.exact <> y.folded then ' ''=' || y.exact || ''':' || s.i || 'A' else '' end, ' '))::tsvector as words
	from (select n, i, floor(exp(random() * ln((select count(*) from syllable))))::bigint as y from generate_series(1, 5000) n, generate_series(1, 6) i offset 0) s
		join syllable y on y.n = s.y group by s.n;
create unique index on title (n);
create temp table ward as select row_number() over (order by code) - 1 as n, code from area where parent is not null;
create temp table leaf as select row_number() over (order by code) - 1 as n, code from category c where not exists (select from category where parent = c.code);
create temp table office as select row_number() over (order by code) as n, id from department where not governs and valid_to is null;
create temp table place as select (select count(*) from ward) as wards, (select count(*) from leaf) as leaves, (select count(*) from office) as offices;
create unique index on ward (n);
create unique index on leaf (n);
create unique index on office (n);

select search_place(h) from (select distinct search_half(now() - n * interval '1 month') as h from generate_series(0, 61) n) x;
create temp table later as select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
	where indrelid in ('ticket'::regclass, 'ticket_search'::regclass) and not indisunique;
select format('drop index %s', name) from later \gexec

create temp table made as
	select m.n, m.at as filed_at, (lpad(to_hex((extract(epoch from m.at) * 1000)::bigint), 12, '0') || '7' || substr(md5(m.n::text), 14))::uuid as ticket,
		t.text as title, concat_ws('. ', a.text, b.text, c.text, d.text, e.text) || '. ' || m.rare as text,
		t.words || a.words || b.words || c.words || coalesce(d.words, '') || coalesce(e.words, '') || ('''' || m.rare || ''':1')::tsvector as words,
		w.code as area, l.code as category, o.id as holder, m.state
	from (select n, now() - interval '5 years' * power(1 - n::float8 / (:rows + 1), 1.2) as at, floor(random() * random() * 40000)::int + 1 as a,
			floor(random() * 40000)::int + 1 as b, floor(random() * random() * 40000)::int + 1 as c, floor(random() * 60000)::int + 1 as d,
			floor(random() * 80000)::int + 1 as e, floor(random() * 5000)::int + 1 as t,
			'hiem' || translate(to_hex((random() * :rows / 8)::int), '0123456789', 'ghijklmnop') as rare, floor(power(random(), 3) * p.wards) as w,
			floor(power(random(), 2) * p.leaves) as l, 1 + floor(power(random(), 4) * p.offices) as o,
			case when n > :rows * 0.97 then 'accepted' when n % 9 = 0 then 'refused' else 'closed' end as state
		from generate_series(1, :rows) n, place p offset 0) m
		join title t on t.n = m.t join sentence a on a.n = m.a join sentence b on b.n = m.b join sentence c on c.n = m.c
		left join sentence d on d.n = m.d left join sentence e on e.n = m.e join ward w on w.n = m.w join leaf l on l.n = m.l join office o on o.n = m.o
	order by m.n;
insert into ticket (:columns) select :values from made f cross join (select * from ticket where number < 1000000000 limit 1) t order by f.n;
insert into ticket_search (ticket, half, filed_at, words) select f.ticket, search_half(f.filed_at), f.filed_at, f.words || search_narrows(t) from made f join ticket t on t.id = f.ticket order by f.n;
select definition from later \gexec
-- Words of all tickets, counted in one of fifty.
insert into search_word (word, tickets)
	select w, 50 * count(*) from ticket_search tablesample bernoulli (2), unnest(tsvector_to_array(words)) w where w ~ '^[a-z]{2,24}$' group by w
	on conflict (word) do update set tickets = excluded.tickets;
