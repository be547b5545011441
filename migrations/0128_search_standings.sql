-- A ticket that is open is not stored again for the search with each of its moves: of the states of open ones its lexemes say only that it is. Each
-- row that is stored anew costs as many entries of the index as it has words.
set local search_path = tiepdan, public;

create or replace function search_narrows(t ticket) returns tsvector language sql stable parallel safe as $$
	select array_to_tsvector(array_remove(array['#k' || t.kind, '#c' || t.category, '#a' || t.area, '#h' || t.holder,
		'#s' || case when t.done then t.state else 'open' end, '#v' || t.sight], null) || tiepdan.search_slices(t.filed_at))
$$;

-- What tickets in these states have: rows of before have the states of open ones, too. Which of the open ones it is, is asked of each hit.
create function search_standings(p_states text[]) returns text[] language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return p_states || case when exists (select from state where code = any (p_states) and open) then '{open}'::text[] end;
end $$;
revoke execute on function search_standings from public;

create or replace function search_asked(p_needed text, p_begun text[], p_states text[], p_kind text, p_category text, p_area text, p_holder text,
	p_from timestamptz, out a search_asked, out cut boolean) language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	b record;
	v_narrow tsquery;
begin
	a.words := p_needed::tsquery;
	cut := false;
	for b in select x.* from unnest(p_begun) word, search_begun(word) x loop
		a.words := coalesce(a.words && b.query, b.query);
		cut := cut or b.cut;
	end loop;
	a.states := nullif(p_states, '{}');
	a.kind := p_kind;
	a.categories := category_family(p_category);
	a.area := p_area;
	a.holder := case when p_holder <> 'any' then coalesce((select id from department where code = p_holder), -1) end;
	a.query := a.words;
	for v_narrow in select n from unnest(array[search_any('s', search_standings(a.states)), search_lexeme('k', a.kind),
		case when a.categories = '{}' then search_lexeme('c', '') else search_any('c', a.categories) end,
		search_lexeme('a', a.area), search_lexeme('h', a.holder::text)]) n where n is not null
	loop
		a.query := a.query && v_narrow;
	end loop;
	a.seen := a.query && search_sight();
	a.opened := caller_broken();
	a.filed_from := greatest(p_from, (select min(filed_at) from ticket));
exception when query_canceled then	-- the time is up once
	select x.* into b from search_asked(p_needed, p_begun, p_states, p_kind, p_category, p_area, p_holder, p_from) x;
	a := b.a;
	cut := b.cut;
end $$;
