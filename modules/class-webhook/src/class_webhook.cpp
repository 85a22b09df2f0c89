// SPDX-License-Identifier: AGPL-3.0-or-later
// Posts a signed line to a server of the school's when a conversation has ended.
#include <string>

#include <rapt/json.hpp>
#include <rapt/json_services.hpp>
#include <rapt/module.hpp>

namespace {

using rapt::json::quote;
using rapt::json::Value;

std::string give_up(const std::string& sentence) {
  return R"({"give_up":)" + quote(sentence) + "}";
}

/// In 10 s, 20 s, 40 s … up to an hour; how often, the manifest says.
std::string again(std::int64_t attempt, const std::string& sentence) {
  std::int64_t wait = 10;
  for (std::int64_t i = 1; i < attempt && wait < 3600; ++i) wait *= 2;
  return R"({"again_in_s":)" + std::to_string(wait < 3600 ? wait : 3600) + R"(,"reason":)" + quote(sentence) + "}";
}

class ClassWebhook {
 public:
  explicit ClassWebhook(const rapt::Host& host) : host_(host) {}

  rapt::Verdict on_session_end(const rapt::Context& context, rapt::Reply&) {
    const std::string session(context.get(RAPT_FIELD_SESSION_ID));
    const std::string payload = R"({"type":"session.completed","session_id":)" + quote(session) + R"(,"tool":)" +
                                quote(context.get(RAPT_FIELD_TOOL_NAME)) + R"(,"student":)" +
                                quote(context.get(RAPT_FIELD_USER_ID)) + R"(,"ended_ms":)" +
                                std::to_string(context.number(RAPT_NUMBER_NOW_MS)) + "}";
    host_.jobs().enqueue(R"({"name":"deliver","key":)" + quote(session) + R"(,"payload":{"body":)" + quote(payload) +
                         "}}");
    return rapt::Verdict::kContinue;
  }

  std::string on_job(std::string_view input) {
    const auto job = rapt::json::parse(input).value_or(Value());
    const std::string url(job.get("settings").get("url").text());
    if (url.empty()) return give_up("No address is set: set \"url\" in the settings, and have it done again.");
    if (!url.starts_with("https://")) return give_up("The address in the settings must begin with https://.");
    try {
      return outcome(job.get("attempt").integer(1), post(url, job));
    } catch (const rapt::ServiceFault& fault) {
      if (fault.status() != RAPT_E_INVALID) throw;  // later the host may be able to
      const auto said = rapt::json::parse(fault.json()).value_or(Value());
      return give_up("It cannot be signed: " + std::string(said.get("message").text()));
    } catch (const rapt::Refused& refused) {
      return give_up(refused.what());
    }
  }

 private:
  rapt::Http::Answer post(const std::string& url, const Value& job) const {
    const std::string body(job.get("payload").get("body").text());
    const std::string time = std::to_string(job.get("now_ms").integer() / 1000);
    const std::string headers = R"({"content-type":"application/json","x-rapt-delivery":)" +
                                quote(job.get("key").text()) + R"(,"x-rapt-timestamp":")" + time +
                                R"(","x-rapt-signature":"sha256=)" + signature(time + "." + body) + "\"}";
    return host_.http().request(
        R"({"method":"POST","timeout_ms":10000,"url":)" + quote(url) + R"(,"headers":)" + headers + "}", body);
  }

  std::string signature(const std::string& text) const {
    const auto signed_text = rapt::json::parse(
        host_.secrets().sign(R"({"name":"signing_key","algorithm":"hmac-sha256","data":)" + quote(text) + "}"));
    return std::string(signed_text.value_or(Value()).get("hex").text());
  }

  static std::string outcome(std::int64_t attempt, const rapt::Http::Answer& answer) {
    const auto head = rapt::json::parse(answer.head).value_or(Value());
    if (!answer.arrived)
      return again(attempt, "The server cannot be reached: " + std::string(head.get("message").text()));
    const auto status = head.get("status").integer();
    if (status >= 200 && status < 300) return "{}";
    const std::string sentence = "The server answered " + std::to_string(status) + ".";
    if (status == 408 || status == 429 || status >= 500) return again(attempt, sentence);
    return give_up(sentence);
  }

  const rapt::Host host_;
};

}  // namespace

RAPT_MODULE(ClassWebhook, "class-webhook", "1.0.0");
