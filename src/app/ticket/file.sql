-- Files tickets: parallel arrays, one element a ticket, and arrays of their clocks (clock_ords says whose each is); a row tells
-- what became of a ticket, in the order of `ord`.
-- in: ids uuid[], numbers int[], codes text[], kinds text[], categories text[], areas text[], titles text[], texts text[],
-- folded text[], location_texts text[], lons float[], lats float[], languages text[], channels text[], anonymous bool[],
-- visibilities text[], sights text[], levels text[], departments int[], policies int[], routes text[], filed_at timestamptz[],
-- contact_epochs int[], contact_wrapped bytea[], contact_boxes bytea[], contact_commitments bytea[], phone_index bytea[],
-- email_index bytea[], contents text[], once_keys bytea[], once_fingerprints bytea[], events uuid[], clock_ords int[], clock_kinds text[],
-- clock_starts timestamptz[], clock_waits bool[], clock_dues timestamptz[], clock_alarms timestamptz[], clock_units text[],
-- clock_amounts int[], clock_calendars text[], clock_versions int[]
-- out: ord int, outcome text, number int, generation int, told text, promise text, body text
-- as: definer
select ord, outcome, number, generation, told, promise, body
from tiepdan.filings_store(:'ids', :'numbers', :'codes', :'kinds', :'categories', :'areas', :'titles', :'texts', :'folded',
	:'location_texts', :'lons', :'lats', :'languages', :'channels', :'anonymous', :'visibilities', :'sights', :'levels',
	:'departments', :'policies', :'routes', :'filed_at', :'contact_epochs', :'contact_wrapped', :'contact_boxes',
	:'contact_commitments', :'phone_index', :'email_index', :'once_keys', :'once_fingerprints', :'events', :'clock_ords',
	:'clock_kinds', :'clock_starts', :'clock_waits', :'clock_dues', :'clock_alarms', :'clock_units', :'clock_amounts',
	:'clock_calendars', :'clock_versions', :'contents')
order by ord
