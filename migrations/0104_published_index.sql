-- outside a transaction
--
-- What everybody searches: published versions alone, which change rarely, by an index of their own (0105). Made beside people who go on reading;
-- a run that broke off is done again from the beginning, and an index that it left half-made goes first.
set search_path = tiepdan, public;
create or replace function published_words(p_folded text, p_at timestamptz, p_category text, p_area text) returns tsvector language sql immutable parallel safe as $$
	select to_tsvector('simple'::regconfig, p_folded) || array_to_tsvector(array_remove(array['#c' || p_category, '#a' || p_area], null)
		|| tiepdan.search_slices(p_at))
$$;
revoke all on function published_words(text, timestamptz, text, text) from public;
drop index concurrently if exists publication_found;
create index concurrently publication_found on publication using gin (published_words(folded, answered_at, category, area)) with (fastupdate = off)
	where state = 'public';
