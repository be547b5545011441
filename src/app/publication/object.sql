-- The citizen objects.
-- in: number int, generation int, reason text, at timestamptz, event uuid
-- out: state text
-- as: definer
select tiepdan.publication_object(:'number', :'generation', :'reason', :'at', :'event') as state
