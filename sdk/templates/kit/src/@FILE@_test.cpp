// SPDX-License-Identifier: Apache-2.0
// The test kit is a host in memory. It holds the module to the limits of the real one.
#include <rapt/testkit.hpp>

#include <cstdio>

int main() {
@@with sql,http,events,auth-provider
  rapt::testkit::Module module(rapt::testkit::Module::Offer{.permissions = {@GRANTS@}});
@@end
@@with sql
  module.services().sql = [](const std::string& sql, const std::string&) {
    const bool counts = sql.starts_with("SELECT count");
    return rapt::testkit::Services::Said{RAPT_OK, counts ? R"({"rows": [[7]]})" : R"({"rows": [[7, "a \"note\""]]})"};
  };
@@end
@@without sql,http,events,auth-provider
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
  const auto nul = module.call("route", R"({"method": "POST", "route": "/notes", "json": {"text": "a\u0000b"}})", scene);
  check("route with a NUL", nul, nul.replacement.value_or("").find("422") != std::string::npos);
  const auto kept = module.call("route", R"({"method": "POST", "route": "/notes", "json": {"text": "Read page 7."}})", scene);
  check("route with a text", kept, kept.replacement.value_or("").find("201") != std::string::npos);
@@end
@@with exports
  const auto file = module.call("export", R"({"export": "notes", "memo": ""})", scene);
  check("export", file, file.replacement == R"({"text": "- a \"note\"\n", "done": true})" ||
                            file.replacement == R"({"text": "- a \"note\"\u000a", "done": true})");
@@end
@@with jobs
  const auto job = module.call("job", R"({"name": "tidy", "payload": {}})", scene);
  check("job", job, job.replacement == "{}");
@@end
@@with http
  const auto away = module.call("job", R"({"name": "look-up", "payload": {}})", scene);
  check("job without a server", away, away.replacement.value_or("").find("again_in_s") != std::string::npos);
  std::string asked;
  module.services().http = [&asked](const std::string& request, const std::optional<std::string>&) {
    asked = request;
    return rapt::testkit::Services::Said{RAPT_OK, R"({"status": 200, "headers": {}, "url": "https://api.example.org/word"})", "hello"};
  };
  const auto found = module.call("job", R"({"name": "look-up", "payload": {}})", scene);
  check("job with a server", found, found.replacement == "{}" && asked.find("{{secret:token}}") != std::string::npos);
  check("what was found", found, module.services().values.begin()->second.text == "hello");
@@end
@@with events
  std::string published;
  module.services().json = [&published](const std::string& call, const std::string& request) {
    published += call + " " + request;
    return rapt::testkit::Services::Said{RAPT_OK, "{}"};
  };
  const auto told = module.call("event", R"({"type": "session.completed", "id": "1", "payload": {"session_id": "s-7"}})", scene);
  check("event", told, told.replacement == "{}" && published.find("conversation-noted") != std::string::npos);
  check("event's session", told, published.find("s-7") != std::string::npos);
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
  const auto step = [&module](const std::string& memo, const std::string& body) {
    return module.provider_step(R"({"settings": {"address": "https://id.example", "client_id": "c"}, "parameters": [], "memo": ")" + memo +
                                R"(", "answered": {"status": 200, "content_type": "", "body": ")" + body + "\"}}");
  };
  const auto person = step("token", R"({\"access_token\": \"t\"})");
  check("step with a token", person, person.replacement.value_or("").find("Bearer t") != std::string::npos);
  const auto claim = step("person", R"({\"id\": \"7\", \"name\": \"Kim\"})");
  check("step with a person", claim, claim.replacement.value_or("").find("Kim") != std::string::npos);
  const auto nobody = step("person", "no JSON");
  check("step without JSON", nobody, nobody.replacement.value_or("").find("refuse") != std::string::npos);
@@end
@@with panels
  const auto panel = module.call("panel", R"({"panel": "notes"})", scene);
  check("panel", panel, panel.replacement.value_or("").find("\"value\": 7") != std::string::npos);
@@end
@@with chat:on_message
  const auto message = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene);
  check("chat:on_message", message, message.findings.size() == 1 && message.findings[0].json == "{\"words\": 4}");
@@end
@@with chat:before_ai
  const auto before = module.call(RAPT_HOOK_CHAT_BEFORE_AI, scene);
  check("chat:before_ai", before, before.instructions.size() == 1);
@@end
@@with chat:after_ai
  scene.current->role = "assistant";
  const auto after = module.call(RAPT_HOOK_CHAT_AFTER_AI, scene);
  check("chat:after_ai", after, after.findings.size() == 1 && after.findings[0].json == "{\"words\": 4}");
@@end
@@with session:start
  const auto opened = module.call(RAPT_HOOK_SESSION_START, scene);
  check("session:start", opened, opened.findings.size() == 1);
@@end
@@with session:end
  const auto closed = module.call(RAPT_HOOK_SESSION_END, scene);
  check("session:end", closed, closed.findings.size() == 1);
@@end
@@with product:before_ai
  scene.input = "{\"grade\": 3}";
  const auto input = module.call(RAPT_HOOK_PRODUCT_BEFORE_AI, scene);
  check("product:before_ai", input, input.findings.size() == 1 && input.findings[0].json == "{\"bytes\": 12}");
@@end
@@with product:after_ai
  scene.output = "{\"plan\": []}";
  const auto output = module.call(RAPT_HOOK_PRODUCT_AFTER_AI, scene);
  check("product:after_ai", output, output.findings.size() == 1 && output.findings[0].json == "{\"bytes\": 12}");
@@end
@@with run:complete
  const auto ended = module.call(RAPT_HOOK_RUN_COMPLETE, scene);
  check("run:complete", ended, ended.findings.size() == 1);
@@end
@@with chat:on_delta
  rapt::testkit::Stream stream(module, rapt::testkit::Scene{}, rapt::testkit::Stream::Cut::kToken);
  std::string seen;
  for (const char* words : {"The answer", " key is an ans", "wer, not an answer k", "ey."}) seen += stream.push(words);
  seen += stream.finish();
  check(("chat:on_delta gave: " + seen).c_str(), rapt::testkit::Answer(), seen == "The [removed] is an answer, not an [removed].");
@@end
  return faults == 0 ? 0 : 1;
}
