-- Tickets of two weeks with their facts, as many as :rows, beside those that were filed; the cluster must be one's own. Skewed as those
-- of a city are: the largest ward has a tenth of them and its main street a sixth of these, a storm of six hours brings a tenth of all.
-- A fifth are like one of those that were filed (names, signature, keys, point), mostly in the same ward, so that the keys of these are
-- as busy as those of a campaign, and those of six hours are a burst; the others have texts of their own. All belong to an event already:
-- the job worker leaves them alone. Each ticket has the tag `chien_dich`; of a department that has no other, the four oldest.
set session_replication_role = replica;
set work_mem = '256MB';
set maintenance_work_mem = '1GB';
select setseed(0.5);

create temp table filed as select row_number() over (order by ticket) - 1 as n, a.* from ticket_alike a;
create temp table ward as select n, code, 105.70 + n % 12 * 0.02 as lon, 20.95 + n / 12 * 0.015 as lat
	from (select row_number() over (order by code) - 1 as n, code from area where parent is not null) a;
create temp table leaf as select row_number() over (order by code) - 1 as n, code, coalesce(parent, code) as family
	from category c where not exists (select from category where parent = c.code);
create temp table made as
	select n, at, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 14))::uuid as ticket,
		case when likely < 0.2 then floor(pick * (select count(*) from filed)) end as pick, likely < 0.15 as same_ward,
		floor(ward * ward * (select count(*) from ward)) as ward, floor(leaf * leaf * (select count(*) from leaf)) as leaf,
		floor(street * street * 40) as street, named, placed, east + east2 - 1 as east, north + north2 - 1 as north
	from (select n, now() - case when n % 10 = 0 then interval '2 days' + random() * interval '6 hours' else random() * interval '14 days' end
			as at, random() as likely, random() as pick, random() as ward, random() as leaf, random() as street, random() as named,
			random() as placed, random() as east, random() as east2, random() as north, random() as north2
		from generate_series(1, :rows) n offset 0) x
	order by 2;

-- Their indexes come when the rows are there.
create temp table later as select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
	where indrelid in ('ticket'::regclass, 'ticket_alike'::regclass) and not indisunique;
select format('drop index %s', name) from later \gexec
alter table ticket_alike_key drop constraint ticket_alike_key_pk;

create temp table fact as
	select m.n, m.ticket, m.at as filed_at, f.n is not null as counted,
		case when f.n is not null then first_value(m.ticket) over (partition by f.event, date_bin('6 hours', m.at, '2000-01-01') order by m.ticket)
			else m.ticket end as event, case when f.n is not null and m.same_ward then f.area else w.code end as area,
		coalesce(f.category, l.code) as category, coalesce(f.family, l.family) as family, coalesce(f.urgent, m.named > 0.95) as urgent,
		case when f.n is null and m.placed < 0.6 then w.lon + m.east * 0.01 else f.lon + m.east * 0.002 end as lon,
		case when f.n is null and m.placed < 0.6 then w.lat + m.north * 0.008 else f.lat + m.north * 0.002 end as lat,
		coalesce(f.matters, case when m.named < 0.7 then 1::bigint << (m.leaf::int % 50) else 0 end) as matters,
		coalesce(f.marks, case when m.named < 0.85 then format('n pho w%s s%s', m.ward, m.street) else '' end
			|| case when m.named < 0.4 then format(';h %s', m.n % 300) else '' end) as marks,
		coalesce(f.signature, decode(md5(m.n || 'a') || md5(m.n || 'b') || md5(m.n || 'c') || md5(m.n || 'd') || md5(m.n || 'e') || md5(m.n || 'f')
			|| md5(m.n || 'g') || md5(m.n || 'h'), 'hex')) as signature,
		coalesce(f.keys, array(select hashint8extended(m.n, band) & 9223372036854775807 from generate_series(1, 8) band)
			|| case when m.named < 0.85 then array[hashtextextended(m.ward || ' ' || m.street, 0) & 9223372036854775807] end) as keys,
		coalesce(f.names, case when m.named < 0.85 then 1::bigint << (hashtextextended(m.ward || ' ' || m.street, 0) & 63)::int else 0 end) as names,
		coalesce(f.ticket, (select ticket from filed where n = m.n % (select count(*) from filed))) as template
	from made m join ward w on w.n = m.ward join leaf l on l.n = m.leaf left join filed f on f.n = m.pick;
insert into ticket_alike (ticket, filed_at, area, category, family, urgent, lon, lat, cell, matters, marks, signature, keys, names, event, counted)
	select ticket, filed_at, area, category, family, urgent, lon, lat, floor(lon * 200)::bigint * 1000000 + floor(lat * 200)::bigint, matters, marks,
		signature, keys, names, event, counted from fact order by ticket;
insert into ticket_alike_key (key, filed_at, ticket) select distinct unnest(keys), filed_at, ticket from fact;
insert into ticket (:columns) select :values from fact f join ticket t on t.id = f.template order by f.ticket;
delete from alike_cluster;
insert into alike_cluster (event, tickets, last_at) select event, count(*), max(filed_at) from ticket_alike where counted group by event;
update ticket set holder = (select min(id) from department d where not governs and valid_to is null and not exists (select from ticket where holder = d.id))
	where id in (select ticket from fact order by filed_at limit 4);
insert into ticket_tag (ticket, name, flag, at, holder, sight, done) select id, 'chien_dich', false, filed_at, holder, sight, done from ticket;
-- A fifth are published.
insert into publication (ticket, number, code, state, category, area, department, outcome, filed_at, answered_at, title, question, answer,
		folded_title, folded, proposed_by, proposed_at)
	select id, number, code, 'public', category, area, holder, 'answered', filed_at, filed_at + interval '1 day', title, text, text,
		left(folded, 50) || number % 977, folded, nobody(), filed_at from ticket where number % 5 = 0;

alter table ticket_alike_key add constraint ticket_alike_key_pk primary key (key, filed_at, ticket);
select definition from later \gexec
