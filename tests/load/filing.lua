-- wrk: every request files another ticket; with PACE_MS each connection waits about as long before each of its own, with RATE all of a thread keep to
-- that rate: whichever is free sends the next one when it is due, and LATE tells how much later than that in the worst case.
require("report")

local areas = { "00316", "00619", "00229", "00376", "00175", "09955", "00082", "10402" }
local categories = { "roads.surface", "trees_lighting.trees", "water.drainage", "urban_order.sidewalk", "environment.waste" }
local fields = { ["Content-Type"] = "application/json" }
local body = '{"kind":"feedback","category":"%s","area":"%s","location_text":"Số %d phố Ví Dụ",' ..
	'"title":"Ổ gà sâu trên phố Ví Dụ số %d-%d","text":"Trước số nhà %d phố Ví Dụ có một ổ gà rộng khoảng 60 cm, ' ..
	'sâu gần gang tay. Trời mưa nước ngập kín nên người đi xe máy không nhìn thấy, tuần này đã có hai người bị ngã."}'
local threads, n = 0, 0

function setup(thread)
	thread:set("id", threads)
	threads = threads + 1
end

function request()
	n = n + 1
	return wrk.format("POST", "/v1/tickets", fields,
		body:format(categories[n % #categories + 1], areas[n % #areas + 1], n % 400, id, n, n % 400))
end

local pace = tonumber(os.getenv("PACE_MS"))
if pace then
	function delay()
		return math.random(0, 2 * pace)
	end
end

local rate = tonumber(os.getenv("RATE"))
late_us = 0
if rate then
	local ffi = require("ffi")
	ffi.cdef("struct time { long s, ns; }; int clock_gettime(int clock, struct time *now);")
	local time, began, sent, all = ffi.new("struct time"), nil, 0, {}
	local set_up, tell = setup, done

	function delay()
		ffi.C.clock_gettime(1, time)
		local now = tonumber(time.s) * 1e6 + tonumber(time.ns) / 1e3
		began = began or now
		local due = began + sent * 1e6 / rate
		sent = sent + 1
		late_us = math.max(late_us, now - due)
		return math.max(0, (due - now) / 1000)
	end
	function setup(thread)
		set_up(thread)
		table.insert(all, thread)
	end
	function done(...)
		local most = 0
		for _, thread in ipairs(all) do most = math.max(most, thread:get("late_us")) end
		io.write(string.format("LATE %d\n", most))
		tell(...)
	end
end
