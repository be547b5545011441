-- wrk: GETs taken in turn from the file TARGETS: a path and an Authorization header a line, separated by a TAB.
local requests = {}
local n = 0

function init(args)
	for line in io.lines(os.getenv("TARGETS")) do
		local path, authorization = line:match("^([^\t]*)\t(.*)$")
		local headers = {}
		if authorization ~= "" then
			headers["Authorization"] = authorization
		end
		requests[#requests + 1] = wrk.format("GET", path, headers)
	end
	n = math.random(#requests)
end

function request()
	n = n % #requests + 1
	return requests[n]
end

function done(summary, latency, requests)
	io.write(string.format('RESULT {"requests":%d,"us":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n', summary.requests,
		summary.duration, latency:percentile(50), latency:percentile(99),
		summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
