-- Whether every sealed record is under the key of this epoch: what did not open, and what a server with older keys has sealed, counts.
-- `waits`: a server that runs does not have it.
-- in: epoch int
-- out: state text
-- as: owner
select case when not exists (select from tiepdan.contact where epoch < :'epoch' and wrapped is not null)
	and not exists (select from tiepdan.citizen where epoch < :'epoch')
	and not exists (select from tiepdan.second_factor where epoch < :'epoch') then 'ended'
	when exists (select from tiepdan.servers_behind(:'epoch')) then 'waits' else 'goes on' end as state
