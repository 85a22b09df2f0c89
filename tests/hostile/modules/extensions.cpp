// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers every call beside hooks as the input's "order" says.
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include <rapt/json.hpp>
#include <rapt/json_services.hpp>
#include <rapt/module.hpp>

struct Extensions {
  explicit Extensions(const rapt::Host& host) : host_(host) {}
  rapt::Verdict on_message(const rapt::Context&, rapt::Reply&) { return rapt::Verdict::kContinue; }
  std::string on_route(std::string_view input) {
    if (says(input, "shape")) return R"({"json":1,"body":"both"})";
    return R"({"json":)" + obey(input) + "}";
  }
  std::string on_panel(std::string_view input) {
    if (says(input, "shape")) return R"({"parts":[{"kind":"video"}]})";
    if (says(input, "markup")) return R"({"parts":[{"kind":"text","text":"<img src=x onerror=alert(1)>"}]})";
    return R"({"parts":[{"kind":"text","text":)" + rapt::json::quote(obey(input)) + "}]}";
  }
  std::string on_export(std::string_view input) {
    if (says(input, "shape")) return R"({"text":"no end, no memo"})";
    return R"({"done":true,"text":)" + rapt::json::quote(obey(input)) + "}";
  }
  std::string on_job(std::string_view input) {
    if (says(input, "shape")) return R"({"done":true})";
    if (says(input, "again")) return R"({"again_in_s":60})";
    if (says(input, "tell")) return R"({"again_in_s":0,"reason":)" + rapt::json::quote(obey(input)) + "}";
    return obey(input);
  }
  std::string on_event(std::string_view input) {
    if (says(input, "shape")) return R"({"again_in_s":60})";
    if (says(input, "tell")) return "{}";
    return obey(input);
  }

 private:
  static bool says(std::string_view input, const char* order) { return input.find(order) != std::string_view::npos; }
  /// More jobs than it may have.
  void flood() const {
    for (int i = 0; i < 5; ++i) {
      try {
        host_.jobs().enqueue(R"({"name": "work", "payload": {"order": "done"}, "delay_s": 86400})");
      } catch (const rapt::Refused&) {
        return;
      }
    }
  }
  /// Answers itself, as long as it may.
  void echo() const {
    try {
      host_.events().publish(R"({"type": "done-one", "payload": {"order": "echo"}})");
    } catch (const rapt::Refused&) {
    }
  }
  std::string obey(std::string_view input) const {
    if (says(input, "flood")) return flood(), "{}";
    if (says(input, "echo")) return echo(), "{}";
    if (says(input, "done")) return "{}";
    if (says(input, "never")) {
      for (;;) usleep(1000);
    }
    if (says(input, "crash")) abort();
    if (says(input, "throw")) throw std::runtime_error("as it was told");
    if (says(input, "prose")) return "this is no JSON";
    return R"({"heard":)" + std::string(input) + R"(,"pid":)" + std::to_string(getpid()) + "}";
  }

  const rapt::Host host_;
};
RAPT_MODULE(Extensions, MODULE_NAME, "1.0.0");
