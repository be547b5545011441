-- The first answers of a server that has just started come sooner.
--
-- The steps of a ticket, and why it was refused, are looked for in the partitions of the months that come into question alone: an instant less a day is no
-- constant to the planner, so it opened all partitions with their indexes. `auto`, because those who show a page ask for a generic plan, which has all of
-- them: it is made when the first few have been shown.
set local search_path = tiepdan, public;

create or replace function steps_of(p_ticket uuid, p_filed_at timestamptz, p_now timestamptz)
returns json language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = auto as $$
declare
	v_after timestamptz := p_filed_at - interval '1 day';
	v_before timestamptz := p_now + interval '1 day';
begin
	return (
		select coalesce(json_agg(json_build_object('at', instant(e.at), 'type', e.type, 'what_vi', e.public_vi, 'what_en', e.public_en,
			'department', named(d.code, d.name_vi, d.name_en)) order by e.at, e.id), '[]')
		from event e left join department d on d.id = e.department
		where e.ticket = p_ticket and e.public_vi is not null and e.at > v_after and e.at < v_before);
end $$;

create or replace function refusal_of(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = auto as $$
declare
	v_after timestamptz := t.filed_at - interval '1 day';
	v_before timestamptz := now() + interval '1 day';
begin
	if t.state not in ('refused', 'redirected') then
		return null;
	end if;
	return (
		select json_build_object('code', r.code, 'text_vi', r.text_vi, 'text_en', r.text_en, 'basis_vi', r.basis_vi, 'basis_en', r.basis_en,
			'department', (select named(d.code, d.name_vi, d.name_en) from department d where d.code = e.data->>'sent_to'),
			'organisation', case when t.state = 'redirected'
				then organisation_told(organisation_for(e.data->>'sent_to', r.code, city_day(now()))) end)
		from event e join refusal_reason r on r.code = e.data->>'reason_code'
		where e.ticket = t.id and e.to_state = t.state and e.at > v_after and e.at < v_before
		order by e.at desc limit 1);
end $$;
