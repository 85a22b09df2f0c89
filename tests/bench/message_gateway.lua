-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The load of message_alone_bench.cpp on the gateway itself, for wrk: a question as long as those of message_bench.cpp.
local words = ("the boy crosses the river and looks back at the lamp on the other bank. "):rep(12):sub(1, 800)
local messages = {}
for n = 1, 22 do
  messages[n] = '{"role":"' .. (n % 2 == 1 and "user" or "assistant") .. '","content":"' .. words .. '"}'
end
wrk.method, wrk.headers["Content-Type"] = "POST", "application/json"
wrk.body = '{"model":"gpt-4o-mini","stream":true,"messages":[' .. table.concat(messages, ",") .. "]}"

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('\nRESULT {"p50_ms":%.3f,"failed":%d}\n', latency:percentile(50) / 1e3,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
