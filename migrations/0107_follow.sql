-- Whoever follows the feed reads it by its index, as notices_make() in 0075. By what is known of the column PostgreSQL takes few events to be
-- behind a cursor. When one transaction has written very many, as a re-dating and `tiepdan generate` do, it read and sorted all of them for each
-- portion: two seconds each with 300,000 events, and more the more there are.
set local search_path = tiepdan, public;

do $$
declare
	v_function regprocedure;
begin
	foreach v_function in array '{search_next(bigint),"alike_next(timestamptz,bigint)",suggestion_next(bigint),triage_next(bigint),
		record_next(bigint),"report_follow(timestamptz,bigint,text)",search_late(timestamptz)}'::regprocedure[] loop
		execute format('alter function %s set plan_cache_mode = force_generic_plan', v_function);
		execute format('alter function %s set enable_seqscan = off', v_function);
		execute format('alter function %s set enable_bitmapscan = off', v_function);
	end loop;
end $$;
