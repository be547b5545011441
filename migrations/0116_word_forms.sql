-- What people wrote is bound to whose it is and how it stands: before, the record bound the words alone (0079), and by hand a public version was
-- published, a reply was taken back to a draft, author and approver changed places, or a message of a citizen became one of staff, unseen by
-- `tiepdan verify record`. What was written before has its old form until it is written again.
set local search_path = tiepdan, public;

-- Nobody gains by changing `form`: the event has the commitment that was made over one of both. A column with a constant default is there at once.
alter table word add column form smallint not null default 1, add constraint word_form check (form in (1, 2)) not valid;
comment on column word.said is 'event_commitment() of the JSON array of the texts, by `form`';
comment on column word.form is '1: of the texts alone; 2: of the texts, and behind them in the same array whose they are and how they stand';

-- As in 0107. Arguments: the table, the columns of the key, the columns of text, and those that say whose it is and how it stands: only columns
-- whose text no setting of a session changes, so no instants. verify_texts.sql and verify_words.sql have the same columns in the same order.
create or replace function word_say() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_row jsonb := to_jsonb(new);
	v_salt uuid := gen_random_uuid();
	v_key text;
	v_texts jsonb := '[]';
	v_said text;
	c text;
begin
	foreach c in array tg_argv[1]::text[] loop
		v_key := concat_ws('/', v_key, v_row->>c);
	end loop;
	foreach c in array tg_argv[2]::text[] || tg_argv[3]::text[] loop
		v_texts := v_texts || jsonb_build_array(v_row->>c);
	end loop;
	v_said := event_commitment(v_salt, v_texts::text);
	insert into word (of, key, ticket, salt, said, form) values (tg_argv[0], v_key, new.ticket, v_salt, v_said, 2)
		on conflict on constraint word_pk do update set version = word.version + 1, salt = v_salt, said = v_said, form = 2, event = null;
	return null;
end $$;

create or replace trigger word_say after insert or update of text, author, department on message for each row
	execute function word_say('message', '{id}', '{text}', '{author,department}');
create or replace trigger word_say after insert or update of text, author, department on note for each row
	execute function word_say('note', '{id}', '{text}', '{author,department}');
create or replace trigger word_say after insert or update of text, asked_by, department, from_state, ended on question for each row
	execute function word_say('question', '{id}', '{text}', '{asked_by,department,from_state,ended}');
create or replace trigger word_say after insert or update of text, version, author, department, state, decided_by on reply for each row
	execute function word_say('reply', '{id}', '{text}', '{version,author,department,state,decided_by}');
create or replace trigger word_say after insert or update of score, comment, reasons on rating for each row
	execute function word_say('rating', '{ticket,answer}', '{score,comment}', '{reasons}');
create or replace trigger word_say after insert or update of task, text, department, asked_by, asked_from, state, ended_by on part for each row
	execute function word_say('part', '{id}', '{task,text}', '{department,asked_by,asked_from,state,ended_by}');
create or replace trigger word_say after insert or update of title, question, answer, number, code, state, category, area, department, outcome, key, reason,
		proposed_by, decided_by on publication for each row
	execute function word_say('publication', '{ticket}', '{title,question,answer}',
		'{number,code,state,category,area,department,outcome,key,reason,proposed_by,decided_by}');
create or replace trigger word_say after insert or update of text, identity, first_reply, extended_for, reply, kind, channel, filed_by, state, extended_by,
		ended_by, reason_code on data_request for each row
	execute function word_say('data_request', '{id}', '{text,identity,first_reply,extended_for,reply}',
		'{kind,channel,filed_by,state,extended_by,ended_by,reason_code}');

-- As in 0032; what the question and the parts become again stands before the event that tells it.
create or replace function merge_undo(o ticket, m ticket_merge, p_actor_kind text, p_at timestamptz, p_event uuid, p_data jsonb)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket := o;
	a action;
begin
	select * into strict a from action where code = 'unmerge';
	update ticket_merge set ended_at = greatest(p_at, at), ended_by = caller_account() where id = m.id;
	update question set ended = null, ended_at = null where id = m.question;
	update part set state = 'asked', ended_at = null, version = version + 1 where id = any (m.parts) and state = 'cancelled';
	perform clocks_park(o, a.code);
	t.state := m.from_state;
	t := ticket_change(o, t, a, p_actor_kind, p_at, null, null, null, p_event, null, null, p_data);
	update extension set state = 'requested' where id = m.extension and state = 'lapsed';
	return t;
end $$;

-- As in 0093; what is committed to of such rows is all of them, in one form.
create or replace function row_tell(p_of text, p_key uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
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
	w := (p_of, p_key::text, null, coalesce(w.version, 0) + 1, gen_random_uuid(), null, gen_random_uuid(), 1);
	w.said := event_commitment(w.salt, r.said);
	insert into word select w.* on conflict on constraint word_pk do update
		set version = excluded.version, salt = excluded.salt, said = excluded.said, event = excluded.event, form = excluded.form;
	perform event_write(w.event, now(), null, p_of || '.recorded', case when caller_account() is null then 'job' else 'staff' end, caller_account(),
		null, null, null, null, null, r.told || jsonb_build_object(p_of, w.key, 'words', jsonb_build_array(jsonb_build_array(w.of, w.key, w.version, w.said))));
end $$;
