-- wrk: GETs taken in turn from the file TARGETS: a path and the Authorization, separated by a TAB, a line.
require("report")

local requests, n = {}, 0

function init()
	for line in io.lines(os.getenv("TARGETS")) do
		local path, authorization = line:match("^([^\t]*)\t(.*)$")
		requests[#requests + 1] = wrk.format("GET", path, authorization ~= "" and { ["Authorization"] = authorization } or {})
	end
	math.randomseed(tonumber(tostring({}):match("0x(%x+)"), 16))
	n = math.random(#requests)
end

function request()
	n = n % #requests + 1
	return requests[n]
end
