// SPDX-License-Identifier: Apache-2.0
// The test kit is a host in memory. It holds the module to the limits of the real one.
#include <rapt/testkit.hpp>

#include <cstdio>

int main() {
@@with sql,http,auth-provider
  rapt::testkit::Module module(rapt::testkit::Module::Offer{.permissions = {@GRANTS@}});
@@end
@@with sql
  module.services().sql = [](const std::string& sql, const std::string&) {
    const bool counts = sql.starts_with("SELECT count");
    return rapt::testkit::Services::Said{RAPT_OK, counts ? R"({"rows": [[7]]})" : R"({"rows": [[7, "a \"note\""]]})"};
  };
@@end
@@without sql,http,auth-provider
  rapt::testkit::Module module;
@@end
  rapt::testkit::Scene scene;
  scene.current = rapt::testkit::Line{"user", "Why is this so?"};
  int faults = 0;
  const auto check = [&faults](const char* what, const rapt::testkit::Answer& answer, bool as_wanted) {
    if (answer.fault.empty() && as_wanted) return;
    std::printf("%s: verdict %d, fault \"%s\"\n", what, static_cast<int>(answer.verdict), answer.fault.c_str());
    ++faults;
  };
@@with routes
  const auto list = module.call("route", R"({"method": "GET", "route": "/notes"})", scene);
  check("route", list, list.replacement.value_or("").find(R"([{"id": 7, "text": "a \"note\""}])") != std::string::npos);
  const auto none = module.call("route", R"({"method": "POST", "route": "/notes", "json": {}})", scene);
  check("route without a text", none, none.replacement.value_or("").find("422") != std::string::npos);
@@end
@@with jobs
  const auto job = module.call("job", R"({"name": "tidy", "payload": {}})", scene);
  check("job", job, job.replacement == "{}");
@@end
@@with http
  const auto away = module.call("job", R"({"name": "look-up", "payload": {}})", scene);
  check("job without a server", away, away.replacement.value_or("").find("again_in_s") != std::string::npos);
  module.services().http = [](const std::string&, const std::optional<std::string>&) {
    return rapt::testkit::Services::Said{RAPT_OK, R"({"status": 200, "headers": {}, "url": "https://api.example.org/word"})"};
  };
  const auto found = module.call("job", R"({"name": "look-up", "payload": {}})", scene);
  check("job with a server", found, found.replacement == "{}");
@@end
@@with auth-provider
  const auto unset = module.provider_start(R"({"settings": {}, "redirect_uri": "https://school.example/back", "state": "s"})");
  check("start without settings", unset, unset.replacement.value_or("").find("\"address\"") != std::string::npos);
  const auto begun = module.provider_start(
      R"({"settings": {"address": "https://id.example", "client_id": "c"}, "redirect_uri": "https://school.example/back", "state": "s"})");
  check("start", begun, begun.replacement.value_or("").find("https://id.example/authorize?") != std::string::npos);
  const auto token = module.provider_step(
      R"({"settings": {"address": "https://id.example", "client_id": "c"}, "parameters": [{"name": "code", "value": "k"}], "memo": ""})");
  check("step", token, token.replacement.value_or("").find("{{code_verifier}}") != std::string::npos);
@@end
@@with panels
  const auto panel = module.call("panel", R"({"panel": "notes"})", scene);
  check("panel", panel, panel.replacement.value_or("").find("\"value\": 7") != std::string::npos);
@@end
@@hook chat:on_message
  const auto message = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene);
  check("chat:on_message", message, message.findings.size() == 1 && message.findings[0].json == "{\"words\": 4}");
@@end
@@hook chat:before_ai
  const auto before = module.call(RAPT_HOOK_CHAT_BEFORE_AI, scene);
  check("chat:before_ai", before, before.instructions.size() == 1);
@@end
@@hook chat:after_ai
  scene.current->role = "assistant";
  const auto after = module.call(RAPT_HOOK_CHAT_AFTER_AI, scene);
  check("chat:after_ai", after, after.findings.size() == 1 && after.findings[0].json == "{\"words\": 4}");
@@end
@@hook session:start
  const auto opened = module.call(RAPT_HOOK_SESSION_START, scene);
  check("session:start", opened, opened.findings.size() == 1);
@@end
@@hook session:end
  const auto closed = module.call(RAPT_HOOK_SESSION_END, scene);
  check("session:end", closed, closed.findings.size() == 1);
@@end
@@hook product:before_ai
  scene.input = "{\"grade\": 3}";
  const auto input = module.call(RAPT_HOOK_PRODUCT_BEFORE_AI, scene);
  check("product:before_ai", input, input.findings.size() == 1 && input.findings[0].json == "{\"bytes\": 12}");
@@end
@@hook product:after_ai
  scene.output = "{\"plan\": []}";
  const auto output = module.call(RAPT_HOOK_PRODUCT_AFTER_AI, scene);
  check("product:after_ai", output, output.findings.size() == 1 && output.findings[0].json == "{\"bytes\": 12}");
@@end
@@hook run:complete
  const auto ended = module.call(RAPT_HOOK_RUN_COMPLETE, scene);
  check("run:complete", ended, ended.findings.size() == 1);
@@end
@@hook chat:on_delta
  const std::string marked = "a\xEF\xBB\xBF" "b";
  rapt::testkit::Stream stream(module, rapt::testkit::Scene{});
  std::string seen = stream.push(marked);
  seen += stream.finish();
  if (seen != "ab") std::printf("chat:on_delta: \"%s\"\n", seen.c_str()), ++faults;
@@end
  return faults == 0 ? 0 : 1;
}
