-- Servers show a published ticket that they have kept without asking for each reader: they hear when one is published no more, or changes. One
-- that becomes public was nobody's to show, so that the daily work of publishing tells nobody of anything; hiding, erasing and reclassifying one does,
-- and a later answer to it. (Who notifies commits behind others who do.)
set local search_path = tiepdan, public;

create function publication_changed() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	notify publication_changed;
	return null;
end $$;
create trigger publication_changed after update or delete on publication for each row when (old.state = 'public')
	execute function publication_changed();

revoke execute on function publication_changed from public;
