-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The load of message_bench.cpp, for wrk: POST /sessions/ID/messages as JSON. MESSAGE_COOKIES and MESSAGE_SESSIONS are files of
-- one entry a line that belong together; requests are built before the start. Prints one line of JSON at the end.
local function lines(name)
  local out = {}
  for line in io.lines(os.getenv(name)) do
    if #line > 0 then out[#out + 1] = line end
  end
  return out
end

local words = "I moved the quotation to the front, I cut the sentence that repeats the introduction, and I tried to explain why the "
  .. "author lets him stop on the bridge before he goes on. Is the link between the quotation and my claim clear now? "
local starts = { "Here is my second version. ", "I am stuck and this makes no sense to me. ",
  "Write to me at jo.doe@example.org or call 555-123-4567. ", "Thank you, the hint about the bridge helped. ", "What about the third chapter? " }
local requests, turn = {}, 0

function init(_)
  local cookies, sessions = lines("MESSAGE_COOKIES"), lines("MESSAGE_SESSIONS")
  for _, start in ipairs(starts) do
    local body = '{"content":"' .. (start .. words:rep(4)):sub(1, 800) .. '"}'
    for i, session in ipairs(sessions) do
      requests[#requests + 1] = wrk.format("POST", "/api/v1/sessions/" .. session .. "/messages",
        { Cookie = cookies[i], ["Content-Type"] = "application/json", Accept = "application/json" }, body)
    end
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('\nRESULT {"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
