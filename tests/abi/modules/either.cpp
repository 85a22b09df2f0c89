// SPDX-License-Identifier: AGPL-3.0-or-later
// A module of today that lives with an older host, and tells what it met. With SELF_TEST_FAILS it says that it does not
// work.
#include <string>

#include <rapt/module.hpp>
#include <rapt/services.hpp>

class Either : public rapt::auth::Provider {
 public:
  std::string start(const rapt::auth::Start& start) override { return "https://id.example/?state=" + start.state; }
  rapt::auth::Step step(const rapt::auth::Input&) override { return rapt::auth::Refuse{"No."}; }

  explicit Either(const rapt::Host& host) : streams_(host.stream_service() != nullptr), host_(host) {}

  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    if (context.content().starts_with("both")) {
      const auto replaced = reply.replace("new words");
      const auto blocked = reply.block("A reason.");
      return context.content() == "both, block" ? blocked : replaced;
    }
    const auto flag = [](bool value) { return value ? "true" : "false"; };
    std::string json = "{\"abi_minor\":" + std::to_string(host_.abi_minor());
    json += std::string(",\"service\":") + flag(streams_) + ",\"can_hold\":" + flag(reply.can_hold());
    json += std::string(",\"released\":") + flag(context.has(RAPT_FIELD_RELEASED));
    json += ",\"window_seq\":" + std::to_string(context.window_seq());
    json += std::string(",\"context\":") + std::string(context.json()) + "}";
    reply.emit("met", json);
    // Services of ABI 1.3: an older host has none of them, and a grant changes nothing about that.
    reply.emit("counts", host_.metrics().count("met") == RAPT_OK ? "true" : "false");
    reply.emit("keeps", host_.kv() ? "true" : "false");
    return rapt::Verdict::kContinue;
  }
  rapt::Verdict on_delta(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit("window", context.json());
    if (!context.last_window() && !context.content().empty()) reply.hold(1);
    return rapt::Verdict::kContinue;
  }
#ifdef SELF_TEST_FAILS
  rapt_status self_test() {
    host_.log(RAPT_LOG_ERROR, "nothing works");
    return RAPT_E_FAILED;
  }
#endif

 private:
  bool streams_;
  rapt::Host host_;
};
RAPT_MODULE(Either, MODULE_NAME, "1.0.0");
