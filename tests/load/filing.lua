-- wrk: every request files another ticket.
local n, thread_id = 0, 0
local threads = 0

function setup(thread)
	thread:set("thread_id", threads)
	threads = threads + 1
end

local areas = { "00316", "00619", "00229", "00376", "00175", "09955", "00082", "10402" }
local categories = { "roads.surface", "trees_lighting.trees", "water.drainage", "urban_order.sidewalk", "environment.waste" }

function request()
	n = n + 1
	local body = string.format(
		'{"kind":"feedback","category":"%s","area":"%s","location_text":"Số %d phố Ví Dụ",' ..
		'"title":"Ổ gà sâu trên phố Ví Dụ số %d-%d","text":"Trước số nhà %d phố Ví Dụ có một ổ gà rộng khoảng 60 cm, ' ..
		'sâu gần gang tay. Trời mưa nước ngập kín nên người đi xe máy không nhìn thấy, tuần này đã có hai người bị ngã."}',
		categories[n % #categories + 1], areas[n % #areas + 1], n % 400, thread_id, n, n % 400)
	return wrk.format("POST", "/v1/tickets", { ["Content-Type"] = "application/json" }, body)
end

function done(summary, latency, requests)
	io.write(string.format('RESULT {"requests":%d,"us":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n', summary.requests,
		summary.duration, latency:percentile(50), latency:percentile(99),
		summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
