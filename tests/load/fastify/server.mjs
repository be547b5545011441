// What the server is compared with: a service as many would write it with Fastify and pg, on the same schema and with the same durability.
// It files (one transaction a ticket, a statement a table), reads a ticket and lists a queue; it knows no rights, no rules and no calendars.
//
//     node server.mjs PORT SOCKET_FOLDER DATABASE DEPARTMENT_ID POLICY_ID
import cluster from 'node:cluster'
import crypto from 'node:crypto'
import fastify from 'fastify'
import pg from 'pg'

const [port, host, database, department, policy] = process.argv.slice(2)
const WORKERS = 2, CONNECTIONS = 8 // each

const filing = {
	type: 'object', additionalProperties: false, required: ['kind', 'category', 'title', 'text'],
	properties: {
		kind: { type: 'string', maxLength: 40 }, category: { type: 'string', maxLength: 60 }, area: { type: 'string', maxLength: 10 },
		location_text: { type: 'string', maxLength: 300 }, title: { type: 'string', minLength: 5, maxLength: 200 },
		text: { type: 'string', minLength: 20, maxLength: 10000 }
	}
}
const answered = {
	type: 'object', properties: {
		id: { type: 'string' }, code: { type: 'string' }, state: { type: 'string' }, secret: { type: 'string' }, filed_at: { type: 'string' }
	}
}

// A UUID that begins with the time, as the ids of the server do.
function uuid() {
	const bytes = crypto.randomBytes(16)
	bytes.writeUIntBE(Date.now(), 0, 6)
	bytes[6] = bytes[6] & 0x0f | 0x70
	bytes[8] = bytes[8] & 0x3f | 0x80
	return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const fold = text => text.normalize('NFD').replace(/\p{Mn}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase()

const statements = {
	ticket: `insert into tiepdan.ticket (id, number, code, anonymous, filed_at, updated_at, holder, policy, kind, category, area, level, visibility,
		sight, language, channel, title, text, folded, location_text, route)
		values ($1, $2, $3, false, $4, $4, $5, $6, $7, $8, $9, 'normal', 'public', 'public', 'vi', 'web', $10, $11, $12, $13, $14)`,
	holding: 'insert into tiepdan.holding (ticket, department, since) values ($1, $2, $3)',
	clocks: `insert into tiepdan.clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at,
		latest_due, first, alarm_at)
		values (0, $1, 'accept', 1, $2, $3, 'wh', 8, 'office', 1, $4, false, $5, $5, true, $5),
			(0, $1, 'answer', 1, $2, $3, 'wd', 5, 'office', 1, $4, true, $6, $6, false, $6)`,
	event: `insert into tiepdan.event (id, at, ticket, type, actor_kind, department, to_state, public_vi, public_en, data, hash)
		values ($1, $2, $3, 'ticket.filed', 'anyone', $4, 'submitted', 'Đã nhận phiếu', 'Ticket received', $5, $6)`,
	read: `select t.id, t.code, t.kind, t.title, t.text, t.location_text, t.state, s.name_vi as state_vi, s.name_en as state_en, c.code as category,
		c.name_vi as category_vi, c.name_en as category_en, a.name_vi as area_vi, d.name_vi as department_vi, d.name_en as department_en, t.filed_at,
		t.updated_at, t.version, (select json_agg(json_build_object('kind', k.kind, 'due_at', k.due_at)) from tiepdan.clock_running k
			where k.ticket = t.id) as deadlines
		from tiepdan.ticket t join tiepdan.state s on s.code = t.state join tiepdan.category c on c.code = t.category
			join tiepdan.department d on d.id = t.holder left join tiepdan.area a on a.code = t.area
		where t.id = $1`,
	list: `select t.id, t.code, t.kind, t.title, t.state, c.name_vi as category_vi, c.name_en as category_en, a.name_vi as area_vi, d.name_vi as department_vi,
		k.kind as clock, k.due_at, t.filed_at, t.version
		from tiepdan.clock_running k join tiepdan.ticket t on t.id = k.ticket join tiepdan.category c on c.code = t.category
			join tiepdan.department d on d.id = t.holder left join tiepdan.area a on a.code = t.area
		where k.holder = $1 and k.first order by k.due_at, k.ticket limit $2`
}
const query = (client, name, values) => client.query({ name, text: statements[name], values })

function serve() {
	const app = fastify()
	const pool = new pg.Pool({ host, database, user: 'postgres', max: CONNECTIONS, options: '-c jit=off -c timezone=UTC' })

	app.post('/v1/tickets', { schema: { body: filing, response: { 201: answered } } }, async (request, reply) => {
		const b = request.body, id = uuid(), now = new Date(), day = 86400000
		const number = crypto.randomInt(1000000000, 34000000000), code = 'P' + number, route = JSON.stringify({ reason: 'category', category: b.category })
		const data = JSON.stringify({ kind: b.kind, category: b.category, area: b.area, route: JSON.parse(route) })
		const client = await pool.connect()
		try {
			await client.query('begin')
			await query(client, 'ticket', [id, number, code, now, department, policy, b.kind, b.category, b.area, b.title, b.text,
				fold([b.title, b.text, b.location_text].join('\n')), b.location_text, route])
			await query(client, 'holding', [id, department, now])
			await query(client, 'clocks', [id, department, policy, now, new Date(+now + day), new Date(+now + 10 * day)])
			await query(client, 'event', [uuid(), now, id, department, data, crypto.createHash('sha256').update(id + data).digest()])
			await client.query('commit')
		} catch (error) {
			await client.query('rollback')
			throw error
		} finally {
			client.release()
		}
		reply.code(201)
		return { id, code, state: 'submitted', secret: crypto.randomBytes(16).toString('base64url'), filed_at: now.toISOString() }
	})
	app.get('/v1/tickets/:id', async (request, reply) => {
		const got = await query(pool, 'read', [request.params.id])
		if (got.rows.length === 0)
			return reply.code(404).send({ status: 404 })
		return got.rows[0]
	})
	app.get('/v1/tickets', async request => ({ items: (await query(pool, 'list', [department, request.query.limit])).rows }))
	app.listen({ port: +port, host: '127.0.0.1', backlog: 1024 })
}

if (cluster.isPrimary)
	for (let i = 0; i < WORKERS; i++)
		cluster.fork()
else
	serve()
