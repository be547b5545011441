-- wrk: the last line of its output, for tests/load/run.
function done(summary, latency, requests)
	local e = summary.errors
	io.write(string.format('RESULT {"requests":%d,"us":%d,"p50_us":%d,"p99_us":%d,"p999_us":%d,"refused":%d,"errors":%d}\n',
		summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9), e.status,
		e.connect + e.read + e.write + e.timeout))
end
