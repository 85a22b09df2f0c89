// SPDX-License-Identifier: Apache-2.0
// @TITLE@. What a module may do, and may not, stands in MODULES.md of RaptScallions.
@@with sql,http,events,chat:on_delta
#include <rapt/json.hpp>
@@end
@@with events
#include <rapt/json_services.hpp>
@@end
#include <rapt/module.hpp>
@@with sql,http
#include <rapt/services.hpp>
@@end

#include <string>
@@with auth-provider

#include "provider.hpp"
@@end
@@with chat:on_message,chat:after_ai

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
@@end

@@with auth-provider
class @CLASS@ : public LoginProvider {
@@end
@@without auth-provider
class @CLASS@ {
@@end
 public:
@@with sql,http,events
  explicit @CLASS@(const rapt::Host& host) : host_(host) {}

@@end
@@with routes
  // A teacher asks GET or POST /api/v1/modules/@NAME@/notes. A JSON object in and out, as rapt/routes.h tells.
  std::string on_route(std::string_view input) {
    const auto asked = rapt::json::parse(input).value_or(rapt::json::Value());
    if (asked.get("method").text() == "GET") return listed(asked.get("settings").get("newest").integer(50));
    const auto text = asked.get("json").get("text").text();
    const bool good = !text.empty() && text.size() <= 2000 && text.find('\0') == text.npos;  // PostgreSQL keeps no NUL
    if (!good) return R"({"status": 422, "json": {"error": "Say \"text\", 1 to 2,000 bytes."}})";
    keep(text);
    return R"({"status": 201, "json": {"data": {"kept": true}}})";
  }

@@end
@@with jobs,http
  // It may be run again although it had done its work: rapt/jobs.h.
  std::string on_job(std::string_view input) {
    const auto job = rapt::json::parse(input).value_or(rapt::json::Value());
@@with http
    if (job.get("name").text() == "look-up") return look_up();
@@end
@@with jobs
    if (job.get("name").text() == "tidy") return delete_old_notes(job.get("settings").get("keep_days").integer(90));
@@end
    throw std::runtime_error("the manifest names a job that is not there");
  }

@@end
@@with panels
  // What the page of a class draws: rapt/panels.h.
  std::string on_panel(std::string_view) {
    const auto answer = rapt::json::parse(host_.sql().query("SELECT count(*) FROM notes")).value_or(rapt::json::Value());
    const auto& rows = answer.get("rows").list();
    const auto notes = rows.empty() ? 0 : rows[0].list().at(0).integer();
    return R"({"parts": [{"kind": "counters", "items": [{"label": "Notes", "value": )" + std::to_string(notes) + "}]}]}";
  }

@@end
@@with exports
  // A file of all notes, fifty at a time: rapt/exports.h. `memo` is the last note of the piece before.
  std::string on_export(std::string_view input) {
    const auto asked = rapt::json::parse(input).value_or(rapt::json::Value());
    const auto memo = asked.get("memo").text();
    const auto answer = rapt::json::parse(host_.sql().query("SELECT id, text FROM notes WHERE id > $1::integer ORDER BY id LIMIT 50",
                                                            "[" + rapt::json::quote(memo.empty() ? "0" : memo) + "]"));
    std::string text, last;
    const auto& rows = answer->get("rows").list();
    for (const auto& row : rows) {
      last = std::to_string(row.list().at(0).integer());
      text += "- " + std::string(row.list().at(1).text()) + "\n";
    }
    const std::string end = rows.size() < 50 ? ", \"done\": true}" : ", \"memo\": " + rapt::json::quote(last) + "}";
    return "{\"text\": " + rapt::json::quote(text) + end;
  }

@@end
@@with events
  // A conversation has ended: rapt/events.h. It may be told again; `id` says that it is the same. Doing this twice does no harm.
  std::string on_event(std::string_view input) {
    const auto event = rapt::json::parse(input).value_or(rapt::json::Value());
    const auto session = event.get("payload").get("session_id").text();
    if (session.empty()) return "{}";
    host_.kv().put(rapt::Scope::kModule, "last-completed", session);
    host_.events().publish(R"({"type": "conversation-noted", "payload": )" + rapt::json::object({{"session_id", session}}) + "}");
    return "{}";
  }

@@end
@@with chat:on_message
  // A message arrived. May emit, replace, block.
  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("message-words", words_finding(context.content()));
    return rapt::Verdict::kContinue;
  }

@@end
@@with chat:before_ai
  // Before the AI is asked. May emit, replace, instruct, block.
  rapt::Verdict on_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    if (context.content().find('?') != std::string_view::npos) reply.instruct("Answer the question before anything else.");
    return rapt::Verdict::kContinue;
  }

@@end
@@with chat:after_ai
  // The AI's answer is there, whole. May emit, replace, block.
  rapt::Verdict on_after_ai(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("answer-words", words_finding(context.content()));
@@with sql
    keep("An answer was given.");
@@end
    return rapt::Verdict::kContinue;
  }

@@end
@@with session:start
  // A conversation was opened. May emit.
  rapt::Verdict on_session_start(const rapt::Context&, rapt::Reply& reply) {
    reply.emit("session-opened", "{}");
    return rapt::Verdict::kContinue;
  }

@@end
@@with session:end
  // A conversation was completed. May emit.
  rapt::Verdict on_session_end(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("session-closed", "{\"messages\": " + std::to_string(context.message_count()) + "}");
    return rapt::Verdict::kContinue;
  }

@@end
@@with product:before_ai
  // A run's input fits its schema. May emit, replace (JSON), instruct, block.
  rapt::Verdict on_product_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("input-bytes", "{\"bytes\": " + std::to_string(context.input().size()) + "}");
    reply.instruct("Keep it short.");
    return rapt::Verdict::kContinue;
  }

@@end
@@with product:after_ai
  // A run's output fits its schema. May emit, replace (JSON), block.
  rapt::Verdict on_product_after_ai(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("output-bytes", "{\"bytes\": " + std::to_string(context.output().size()) + "}");
    return rapt::Verdict::kContinue;
  }

@@end
@@with run:complete
  // A run has ended. May emit.
  rapt::Verdict on_run_complete(const rapt::Context&, rapt::Reply& reply) {
    reply.emit("run-ended", "{}");
    return rapt::Verdict::kContinue;
  }

@@end
@@with chat:on_delta
  // The next window of an answer, before the reader sees it. May emit, replace, hold, block. What may be the beginning of the phrase is
  // held back, and comes again at the start of the next window.
  rapt::Verdict on_delta(const rapt::Context& context, rapt::Reply& reply) {
    const auto config = rapt::json::parse(context.config()).value_or(rapt::json::Value());
    const std::string_view set = config.get("phrase").text(), phrase = set.empty() ? "answer key" : set;
    std::string_view rest = context.content();
    std::string out;
    for (auto at = rest.find(phrase); at != rest.npos; at = rest.find(phrase)) {
      out.append(rest.substr(0, at)).append("[removed]");
      rest.remove_prefix(at + phrase.size());
    }
    std::size_t held = 0;
    for (std::size_t size = 1; size < phrase.size() && !context.last_window(); ++size) {
      if (rest.ends_with(phrase.substr(0, size))) held = size;
    }
    if (held > 0) reply.hold(held);
    return reply.replace(out.append(rest.substr(0, rest.size() - held)));
  }

@@end
@@with chat:on_message,chat:after_ai
  // Run once before the first hook; a module whose self-test throws is not started.
  void self_test() {
    if (words_finding(" two  words\n") != "{\"words\": 2}") throw std::runtime_error("it cannot count");
  }
@@end
@@with sql,http,events

 private:
@@end
@@with sql
@@with routes,hooks
  void keep(std::string_view text) const {
    host_.sql().query("INSERT INTO notes (text) VALUES ($1)", "[" + rapt::json::quote(text) + "]");
  }
@@end
@@end
@@with routes
  std::string listed(std::int64_t newest) const {
    const auto answer = rapt::json::parse(
        host_.sql().query("SELECT id, text FROM notes ORDER BY id DESC LIMIT $1", "[" + std::to_string(newest) + "]"));
    std::string list;
    for (const auto& row : answer->get("rows").list()) {
      list += (list.empty() ? "{\"id\": " : ", {\"id\": ") + std::to_string(row.list().at(0).integer()) +
              ", \"text\": " + rapt::json::quote(row.list().at(1).text()) + "}";
    }
    return "{\"status\": 200, \"json\": {\"data\": [" + list + "]}}";
  }
@@end
@@with jobs
  // Every night.
  std::string delete_old_notes(std::int64_t days) const {
    host_.sql().query("DELETE FROM notes WHERE at < now() - make_interval(days => $1)", "[" + std::to_string(days) + "]");
    return "{}";
  }
@@end
@@with http
  // Another server, asked in the background: no lesson waits for it. The manifest names it, the host puts in the secret: rapt/http.h.
  std::string look_up() const {
    try {
      const auto answer = host_.http().request(
          R"({"method": "GET", "url": "https://api.example.org/word", "timeout_ms": 10000, )"
          R"("headers": {"Authorization": "Bearer {{secret:token}}"}})");
      if (!answer.arrived) return R"({"again_in_s": 600, "reason": "The server cannot be reached."})";
      const auto head = rapt::json::parse(answer.head).value_or(rapt::json::Value());
      if (head.get("status").integer() != 200) return R"({"again_in_s": 600, "reason": "The server has no word."})";
      host_.kv().put(rapt::Scope::kModule, "word", answer.body);
      return "{}";
    } catch (const rapt::Refused& refused) {
      if (refused.status() != RAPT_E_INVALID) throw;
      return R"({"give_up": "The request is not right. Is the token set?"})";
    }
  }
@@end
@@with sql,http,events
  const rapt::Host host_;
@@end
};
RAPT_MODULE(@CLASS@, RAPT_MODULE_NAME, RAPT_MODULE_VERSION);
