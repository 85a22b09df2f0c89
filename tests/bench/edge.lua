-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The load of edge_bench.cpp, for wrk. EDGE_PATHS and EDGE_COOKIES are files of one entry a line; every request takes the
-- next of each. Requests are built before the start. Prints one line of JSON at the end.
local function lines(name)
  local out = {}
  for line in io.lines(os.getenv(name)) do
    if #line > 0 then out[#out + 1] = line end
  end
  return out
end

local requests, turn = {}, 0

function init(_)
  local paths, cookies = lines("EDGE_PATHS"), lines("EDGE_COOKIES")
  for i = 1, math.max(#paths, #cookies) do
    local headers = {}
    if #cookies > 0 then headers["Cookie"] = cookies[(i - 1) % #cookies + 1] end
    requests[i] = wrk.format("GET", paths[(i - 1) % #paths + 1], headers)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('\nRESULT {"requests":%d,"seconds":%.6f,"p99_ms":%.3f,"failed":%d}\n', summary.requests,
    summary.duration / 1e6, latency:percentile(99) / 1e3,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
