-- Whether every sealed record is under the key of this epoch: what did not open, and what a server with older keys has sealed, counts,
-- and so do letters with or about accounts of citizens, as long as somebody may open them.
-- `waits`: a server that runs does not have it.
-- in: epoch int
-- out: state text
-- as: owner
select case when not exists (select from tiepdan.contact where epoch < :'epoch' and wrapped is not null)
	and not exists (select from tiepdan.citizen where epoch < :'epoch')
	and not exists (select from tiepdan.second_factor where epoch < :'epoch')
	and not exists (select from tiepdan.citizen_code where epoch < :'epoch' and box is not null and expires_at > now() and state <> 'held'
		and (used_at is null or state in ('waiting', 'sending'))) then 'ended'
	when exists (select from tiepdan.servers_behind(:'epoch')) then 'waits' else 'goes on' end as state
