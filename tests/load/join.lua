-- wrk: every request joins one of the tickets in TARGETS, each line the code of one.
require("report")

local fields = { ["Content-Type"] = "application/json" }
local codes, n = {}, 0

function init()
	for line in io.lines(os.getenv("TARGETS")) do codes[#codes + 1] = line:match("^%S+") end
end

function request()
	n = n + 1
	return wrk.format("POST", "/v1/joins", fields, '{"ticket":"' .. codes[n % #codes + 1] .. '"}')
end
