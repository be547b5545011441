-- wrk: every request files another ticket; with PACE_MS each connection waits about as long before each of its own.
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
