// SPDX-License-Identifier: Apache-2.0
// @TITLE@. What a module may do, and may not, stands in MODULES.md of RaptScallions.
@@with auth-provider
#include <rapt/auth_provider.hpp>
#include <rapt/encoding.hpp>
@@end
@@with sql,http
#include <rapt/json.hpp>
@@end
#include <rapt/module.hpp>
@@with sql,http
#include <rapt/services.hpp>
@@end

#include <string>

namespace {

std::string words_finding(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space && !inside) ++words;
    inside = !space;
  }
  return "{\"words\": " + std::to_string(words) + "}";
}

}  // namespace

@@with auth-provider
class @CLASS@ : public rapt::auth::Provider {
@@end
@@without auth-provider
class @CLASS@ {
@@end
 public:
@@with sql
@@with http
  explicit @CLASS@(const rapt::Host& host) : sql_(host.sql()), http_(host.http()) {}

@@end
@@without http
  explicit @CLASS@(const rapt::Host& host) : sql_(host.sql()) {}

@@end
@@end
@@without sql
@@with http
  explicit @CLASS@(const rapt::Host& host) : http_(host.http()) {}

@@end
@@end
@@with auth-provider
  // Where the browser goes. What is thrown here, the administrator reads who saves the settings: rapt/auth_provider.h.
  std::string start(const rapt::auth::Start& start) override {
    return address_in(start.settings) + "/authorize?response_type=code&code_challenge_method=S256&client_id=" +
           rapt::encoding::percent(start.settings.get("client_id").text()) + "&redirect_uri=" + rapt::encoding::percent(start.redirect_uri) +
           "&state=" + rapt::encoding::percent(start.state) + "&code_challenge=" + rapt::encoding::percent(start.code_challenge);
  }

  // The browser is back. Asks for a token, then who it belongs to; the host puts in the secrets and makes the requests.
  rapt::auth::Step step(const rapt::auth::Input& input) override {
    if (!input.answered) return token_for(input);
    const auto said = rapt::json::parse(input.answered->body);
    if (input.answered->status != 200 || !said) return rapt::auth::Refuse{"The login provider did not accept this login."};
    if (input.memo == "token") return person_of(input, std::string(said->get("access_token").text()));
    rapt::auth::Claim claim;
    claim.subject = said->get("id").text();
    claim.email = said->get("email").text();
    claim.name = said->get("name").text();
    if (claim.subject.empty()) return rapt::auth::Refuse{"The login provider did not say who this is."};
    return claim;
  }

@@end
@@with routes
  // A teacher asks GET or POST /api/v1/modules/@NAME@/notes. A JSON object in and out, as rapt/routes.h tells.
  std::string on_route(std::string_view input) {
    const auto asked = rapt::json::parse(input);
    if (asked->get("method").text() == "GET") return listed();
    const auto text = asked->get("json").get("text").text();
    if (text.empty() || text.size() > 2000) return R"({"status": 422, "json": {"error": "Say \"text\", 1 to 2,000 bytes."}})";
    sql_.query("INSERT INTO notes (text) VALUES ($1)", "[" + rapt::json::quote(text) + "]");
    return R"({"status": 201, "json": {"data": {"kept": true}}})";
  }

@@end
@@with jobs,http
  // It may be run again although it had done its work: rapt/jobs.h.
@@with http
  std::string on_job(std::string_view input) {
    const auto job = rapt::json::parse(input);
    if (job->get("name").text() == "look-up") return look_up();
@@end
@@without http
  std::string on_job(std::string_view) {
@@end
@@with jobs
    sql_.query("DELETE FROM notes WHERE at < now() - interval '90 days'");  // every night
@@end
    return "{}";
  }

@@end
@@with panels
  // What the page of a class draws: rapt/panels.h.
  std::string on_panel(std::string_view) {
    const auto answer = rapt::json::parse(sql_.query("SELECT count(*) FROM notes"));
    const auto& rows = answer->get("rows").list();
    const auto notes = rows.empty() ? 0 : rows[0].list().at(0).integer();
    return R"({"parts": [{"kind": "counters", "items": [{"label": "Notes", "value": )" + std::to_string(notes) + "}]}]}";
  }

@@end
@@hook chat:on_message
  // A message arrived. May emit, replace, block.
  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("message-words", words_finding(context.content()));
    return rapt::Verdict::kContinue;
  }

@@end
@@hook chat:before_ai
  // Before the AI is asked. May emit, replace, instruct, block.
  rapt::Verdict on_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    if (context.content().find('?') != std::string_view::npos) reply.instruct("Answer the question before anything else.");
    return rapt::Verdict::kContinue;
  }

@@end
@@hook chat:after_ai
  // The AI's answer is there, whole. May emit, replace, block.
  rapt::Verdict on_after_ai(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("answer-words", words_finding(context.content()));
@@with sql
    sql_.query("INSERT INTO notes (text) VALUES ($1)", "[" + rapt::json::quote(words_finding(context.content())) + "]");
@@end
    return rapt::Verdict::kContinue;
  }

@@end
@@hook session:start
  // A conversation was opened. May emit.
  rapt::Verdict on_session_start(const rapt::Context&, rapt::Reply& reply) {
    reply.emit("session-opened", "{}");
    return rapt::Verdict::kContinue;
  }

@@end
@@hook session:end
  // A conversation was completed. May emit.
  rapt::Verdict on_session_end(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("session-closed", "{\"messages\": " + std::to_string(context.message_count()) + "}");
    return rapt::Verdict::kContinue;
  }

@@end
@@hook product:before_ai
  // A run's input fits its schema. May emit, replace (JSON), instruct, block.
  rapt::Verdict on_product_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("input-bytes", "{\"bytes\": " + std::to_string(context.input().size()) + "}");
    reply.instruct("Keep it short.");
    return rapt::Verdict::kContinue;
  }

@@end
@@hook product:after_ai
  // A run's output fits its schema. May emit, replace (JSON), block.
  rapt::Verdict on_product_after_ai(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("output-bytes", "{\"bytes\": " + std::to_string(context.output().size()) + "}");
    return rapt::Verdict::kContinue;
  }

@@end
@@hook run:complete
  // A run has ended. May emit.
  rapt::Verdict on_run_complete(const rapt::Context&, rapt::Reply& reply) {
    reply.emit("run-ended", "{}");
    return rapt::Verdict::kContinue;
  }

@@end
@@hook chat:on_delta
  // The next window of an answer, before the reader sees it. May emit, replace, hold, block. Hold back what may be the beginning
  // of what you look for: MODULES.md, "A stream filter".
  rapt::Verdict on_delta(const rapt::Context& context, rapt::Reply& reply) {
    std::string out(context.content());
    constexpr std::string_view kMark = "\xEF\xBB\xBF";  // U+FEFF, which nobody sees
    for (auto at = out.find(kMark); at != std::string::npos; at = out.find(kMark, at)) out.erase(at, kMark.size());
    if (out == context.content()) return rapt::Verdict::kContinue;
    return reply.replace(out);
  }

@@end
  // Run once before the first hook; a module whose self-test throws is not started.
  void self_test() {
    if (words_finding(" two  words\n") != "{\"words\": 2}") throw std::runtime_error("it cannot count");
  }
@@with sql,http,auth-provider

 private:
@@end
@@with auth-provider
  // The provider's address is a setting: the manifest may reach "@settings".
  static std::string address_in(const rapt::json::Value& settings) {
    std::string address(settings.get("address").text());
    if (!address.starts_with("https://")) throw rapt::auth::Invalid("address", "Set the provider's address: https://...");
    if (settings.get("client_id").text().empty()) throw rapt::auth::Invalid("client_id", "Set what the provider gave.");
    while (address.ends_with('/')) address.pop_back();
    return address;
  }
  static rapt::auth::Step token_for(const rapt::auth::Input& input) {
    const auto code = input.parameter("code");
    if (!code) return rapt::auth::Refuse{"The login was not finished."};
    rapt::auth::Fetch fetch;
    fetch.method = "POST";
    fetch.url = address_in(input.settings) + "/token";
    fetch.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    fetch.body = "grant_type=authorization_code&code=" + rapt::encoding::percent(*code) + "&redirect_uri=" +
                 rapt::encoding::percent(input.redirect_uri) + "&client_id=" + rapt::encoding::percent(input.settings.get("client_id").text()) +
                 "&client_secret={{secret:client_secret}}&code_verifier={{code_verifier}}";
    fetch.memo = "token";
    return fetch;
  }
  static rapt::auth::Step person_of(const rapt::auth::Input& input, const std::string& token) {
    if (!rapt::auth::is_bearer(token)) return rapt::auth::Refuse{"The login provider did not accept this login."};
    auto fetch = rapt::auth::get_json(address_in(input.settings) + "/me", "person");
    fetch.headers.emplace_back("Authorization", "Bearer " + token);
    return fetch;
  }

@@end
@@with http
  // Another server, asked in the background: no lesson waits for it. The manifest names it: rapt/http.h.
  std::string look_up() const {
    const auto answer = http_.request(R"({"method": "GET", "url": "https://api.example.org/word", "timeout_ms": 10000})");
    if (!answer.arrived) return R"({"again_in_s": 600, "reason": "The server cannot be reached."})";
    return "{}";
  }

@@end
@@with routes
  std::string listed() const {
    const auto answer = rapt::json::parse(sql_.query("SELECT id, text FROM notes ORDER BY id DESC LIMIT 50"));
    std::string list;
    for (const auto& row : answer->get("rows").list()) {
      list += (list.empty() ? "{\"id\": " : ", {\"id\": ") + std::to_string(row.list().at(0).integer()) +
              ", \"text\": " + rapt::json::quote(row.list().at(1).text()) + "}";
    }
    return "{\"status\": 200, \"json\": {\"data\": [" + list + "]}}";
  }

@@end
@@with sql
  rapt::Sql sql_;
@@end
@@with http
  rapt::Http http_;
@@end
};
RAPT_MODULE(@CLASS@, RAPT_MODULE_NAME, RAPT_MODULE_VERSION);
