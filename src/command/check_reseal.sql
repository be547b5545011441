-- Whether all sealed records were seen under the key of this epoch.
-- in: epoch int
-- out: ended bool
-- as: owner
select coalesce((select ended_at from tiepdan.reseal_state(:'epoch')) is not null, false) as ended
