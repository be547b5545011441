-- wrk: each thread has one connection and lives whole lives on it: filed, accepted, answered, approved, published, rated.
require("report")

local lives, thread = 0, {}
local setting = {}

local json = { ["Content-Type"] = "application/json" }
local function with(fields)
	for name, value in pairs(json) do fields[name] = fields[name] or value end
	return fields
end

local ticket = {}
local filing = '{"kind":"feedback","category":"roads.surface","area":"00316","title":"Ổ gà sâu trên phố Ví Dụ",' ..
	'"text":"Trước số nhà 17 phố Ví Dụ có một ổ gà rộng khoảng 60 cm, hai người đã ngã xe."}'
local function move(who, verb, body)
	return function()
		return wrk.format("POST", "/v1/tickets/" .. ticket.id .. "/" .. verb,
			with({ Authorization = setting[who], ["If-Match"] = ticket.etag, Prefer = setting.prefer }), body or "{}")
	end
end
local steps = {
	function() return wrk.format("POST", "/v1/tickets", json, filing) end,
	function() return wrk.format("GET", "/v1/tickets?code=" .. ticket.code, { Authorization = setting.officer }) end,
	move("officer", "accept"),
	move("officer", "claim"),
	move("officer", "propose", '{"text":"Đã vá xong mặt đường trong ngày. Cảm ơn ông/bà."}'),
	move("head", "approve"),
	move("coordinator", "publication"),
	move("coordinator", "publication/publish"),
	function()
		return wrk.format("POST", "/v1/tracking/rating", with({ Authorization = "Ticket " .. ticket.code .. ":" .. ticket.secret }), '{"score":"satisfied"}')
	end,
}
local step = 1

function setup(t) table.insert(thread, t) end

function init()
	told = 0
	for line in io.lines(os.getenv("TARGETS")) do
		local name, value = line:match("^([^\t]*)\t(.*)$")
		setting[name] = value
	end
end

function request() return steps[step]() end

function response(status, headers, body)
	if status >= 300 or step == 2 and not body:match('"version"') then
		io.stderr:write("step " .. step .. ": " .. status .. " " .. body .. "\n")
		wrk.thread:stop()
		return
	end
	ticket.code = step == 1 and body:match('"code"%s*:%s*"([^"]*)"') or ticket.code
	ticket.secret = step == 1 and body:match('"secret"%s*:%s*"([^"]*)"') or ticket.secret
	if step == 2 then
		ticket.id, ticket.etag = body:match('"id"%s*:%s*"([^"]*)"'), '"' .. body:match('"version"%s*:%s*(%d+)') .. '"'
	end
	for name, value in pairs(headers) do
		if name:lower() == "etag" then ticket.etag = value end
	end
	if step == #steps then told = told + 1 end
	step = step % #steps + 1
end

local report = done
function done(summary, latency, requests)
	for _, t in ipairs(thread) do lives = lives + t:get("told") end
	io.write(string.format("LIVES %d\n", lives))
	report(summary, latency, requests)
end
