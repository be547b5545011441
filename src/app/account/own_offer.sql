-- The same for what the caller wants to change of their own. fresh: they have just come in with a one-time code.
-- in: slots int[], free int[]
-- out: wait_s int, account uuid, hash text, epoch int, wrapped bytea, box bytea, last_step int, login text, fresh bool
select (o.offer).wait_s, (o.offer).account, (o.offer).hash, (o.offer).epoch, (o.offer).wrapped, (o.offer).box, (o.offer).last_step, o.login,
	o.fresh
from tiepdan.own_begin(:'slots', :'free') o
