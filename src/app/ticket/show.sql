-- A ticket as staff see it, but for its clocks.
-- in: ticket uuid
-- out: body text, etag text
select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', tiepdan.named(c.code, c.name_vi, c.name_en),
		'area', tiepdan.named(a.code, a.name_vi, a.name_en), 'location_text', t.location_text,
		'point', case when t.lon is not null then json_build_object('lon', t.lon, 'lat', t.lat) end, 'title', t.title,
		'text', t.text, 'language', t.language, 'channel', t.channel, 'taken_by', tiepdan.taken_of(t.id),
		'petition', tiepdan.petition_told(t.id), 'anonymous', t.anonymous,
		'has_contact', tiepdan.ticket_has_contact(t.id), 'restricted', t.restricted, 'level', t.level, 'visibility', t.visibility, 'state', t.state,
		'state_vi', s.name_vi, 'state_en', s.name_en,
		'holder', json_build_object('department', tiepdan.department_named(t.holder), 'person', tiepdan.person_named(t.person)),
		'route', t.route, 'tags', tiepdan.tags_of(t.id, false), 'flags', tiepdan.tags_of(t.id, true),
		'messages', tiepdan.messages_of(t.id), 'questions', tiepdan.questions_of(t.id),
		'extensions', tiepdan.extensions_of(t.id, true), 'reviews', tiepdan.reviews_of(t.id, null), 'parts', tiepdan.parts_of(t.id),
		'rating', tiepdan.rating_shown(t.id), 'ratings', tiepdan.ratings_of(t.id), 'supporters', tiepdan.supporters_of(t.id), 'returns', t.returns,
		'merged_into', x.merged_into, 'refusal', x.refusal, 'splits', x.splits,
		'filed_at', tiepdan.instant(t.filed_at), 'updated_at', tiepdan.instant(t.updated_at), 'version', t.version,
		'moves', tiepdan.moves_of(t))::text as body,
	t.version::text as etag
from tiepdan.ticket t join tiepdan.state s on s.code = t.state join tiepdan.category c on c.code = t.category
	left join tiepdan.area a on a.code = t.area
	cross join lateral tiepdan.ticket_ties(t.id) x
where t.id = :'ticket' and tiepdan.sees(t)
