-- wrk: play the requests of a file in their order, again and again, and print one line of JSON at the end.
-- The file holds whole HTTP requests with a line of "%%%%" after each.
local requests, at = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for request in file:read("*a"):gmatch("(.-)\r\n%%%%%%%%\n") do requests[#requests + 1] = request end
  file:close()
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local failed = summary.errors
  io.write(string.format('\n@{"requests":%d,"us":%d,"failed":%d,"p50":%d,"p99":%d}\n', summary.requests,
    summary.duration, failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50), latency:percentile(99)))
end
