-- Erases the contact of a ticket for whoever filed it.
-- in: number int, generation int, event uuid, at timestamptz
-- out: done text
-- as: definer
select tiepdan.contact_erase_tracked(:'number', :'generation', :'event', :'at')::text as done
