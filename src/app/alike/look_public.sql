-- Facts of public tickets that may be like what somebody is about to file, with their places as they are shown: known by street, ward,
-- category and time only, not by what people wrote. keys: of names, names: the same as a set.
-- in: at timestamptz, area text, category text, family text, cell int, keys int[], names int
-- out: facts bytea
-- as: definer
select tiepdan.alike_facts_public(:'at', :'area', :'category', :'family', :'cell', :'keys', :'names') as facts
