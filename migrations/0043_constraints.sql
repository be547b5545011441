-- Constraints by the indexes that 0042 made.
set local search_path = tiepdan, public;

alter table notice drop constraint notice_once,
	add constraint notice_once unique using index notice_once_in_ticket;
