// SPDX-License-Identifier: Apache-2.0
// What a hook sees and says, in C++20: borrowed views over the C structs, no allocation, nothing to link.
#pragma once

#include <rapt/context.h>
#include <rapt/hooks.h>
#include <rapt/log.h>
#include <rapt/reply.h>
#include <rapt/stream.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rapt {

/// The closed sum of rapt_verdict. Return what Reply's functions return, or one of these.
enum class Verdict { kContinue = RAPT_CONTINUE, kReplace = RAPT_REPLACE, kBlock = RAPT_BLOCK, kDefer = RAPT_DEFER, kError = RAPT_ERROR };

inline std::string_view view(rapt_text text) { return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size}; }
inline rapt_text text(std::string_view view) { return {view.data() == nullptr ? "" : view.data(), view.size()}; }

/// The host refused a call of Reply or of a service: too large, not JSON, not allowed. Uncaught, it becomes RAPT_ERROR and
/// a line in the log.
class Refused : public std::runtime_error {
 public:
  struct Service {
    std::string_view call;  ///< "kv.get"
  };
  Refused(Service service, rapt_status status)
      : std::runtime_error("the host refused " + std::string(service.call) + ": " + service_reason(status)), status_(status) {}
  Refused(std::string_view call, rapt_status status)
      : std::runtime_error("the host refused reply." + std::string(call) + ": " + reason(status)), status_(status) {}
  [[nodiscard]] rapt_status status() const noexcept { return status_; }

 private:
  static const char* reason(rapt_status status) {
    switch (status) {
      case RAPT_E_INVALID: return "the argument is empty, not UTF-8, or not JSON where JSON is asked for";
      case RAPT_E_TOO_LARGE: return "too large, or too many in one call";
      case RAPT_E_NOT_ALLOWED: return "not allowed at this hook";
      case RAPT_E_UNAVAILABLE: return "the host cannot take it now";
      default: return "failed";
    }
  }
  static const char* service_reason(rapt_status status) {
    switch (status) {
      case RAPT_E_INVALID: return "an argument is not what the function takes";
      case RAPT_E_TOO_LARGE: return "too large";
      case RAPT_E_NOT_ALLOWED: return "it was not granted, or not for this call";
      case RAPT_E_UNAVAILABLE: return "the host cannot serve it now";
      default: return "failed";
    }
  }
  rapt_status status_;
};

class Kv;
class Sql;
class Http;
class Metrics;
class Jobs;
class Events;
class Secrets;
class Directory;
class Sessions;
class Grades;
class Ai;

/// What the host offers to this module, found once at init. Copy it into your module to write to the log.
class Host {
 public:
  explicit Host(const rapt_host* host)
      : host_(host),
        log_(static_cast<const rapt_log_1*>(host->get_service(host, RAPT_SERVICE_LOG_1))),
        context_(static_cast<const rapt_context_1*>(host->get_service(host, RAPT_SERVICE_CONTEXT_1))),
        reply_(static_cast<const rapt_reply_1*>(host->get_service(host, RAPT_SERVICE_REPLY_1))),
        stream_(static_cast<const rapt_stream_1*>(host->get_service(host, RAPT_SERVICE_STREAM_1))) {}

  /// Without these two no hook can be answered.
  [[nodiscard]] bool complete() const { return context_ != nullptr && reply_ != nullptr; }
  /// The minor number of the ABI that the host offers; it may be smaller or larger than RAPT_ABI_MINOR.
  [[nodiscard]] std::uint32_t abi_minor() const { return host_->abi_minor; }
  /// A line for the admin; dropped when the host keeps no log for this module. Never write what a student wrote.
  void log(rapt_log_level level, std::string_view line) const {
    if (log_ != nullptr) log_->write(host_, level, text(line));
  }
  /// A service that has no wrapper here yet; nullptr when the host does not offer it.
  template <class Service>
  [[nodiscard]] const Service* service(const char* id) const {
    return static_cast<const Service*>(host_->get_service(host_, id));
  }
  /// Asked for in a hook (rapt/services.hpp, which has to be included for these).
  [[nodiscard]] Kv kv() const;
  [[nodiscard]] Sql sql() const;
  [[nodiscard]] Http http() const;
  [[nodiscard]] Metrics metrics() const;
  /// Likewise, of rapt/json_services.hpp.
  [[nodiscard]] Jobs jobs() const;
  [[nodiscard]] Events events() const;
  [[nodiscard]] Secrets secrets() const;
  [[nodiscard]] Directory directory() const;
  [[nodiscard]] Sessions sessions() const;
  [[nodiscard]] Grades grades() const;
  [[nodiscard]] Ai ai() const;
  [[nodiscard]] const rapt_context_1* context_service() const { return context_; }
  [[nodiscard]] const rapt_reply_1* reply_service() const { return reply_; }
  [[nodiscard]] const rapt_stream_1* stream_service() const { return stream_; }  ///< nullptr on a host of ABI 1.0

 private:
  const rapt_host* host_;
  const rapt_log_1* log_;
  const rapt_context_1* context_;
  const rapt_reply_1* reply_;
  const rapt_stream_1* stream_;
};

/// One message of the conversation; the texts live until the hook returns.
struct Message {
  std::string_view role, content;
  std::int64_t seq = 0, created_at_ms = 0;
};

/// What the hook is about. Every text lives until the hook returns; one that does not apply is empty.
class Context {
 public:
  Context(const rapt_context_1* service, const rapt_context* context, rapt_hook hook)
      : service_(service), context_(context), hook_(hook) {}

  [[nodiscard]] rapt_hook hook() const { return hook_; }
  [[nodiscard]] std::string_view get(rapt_field field) const { return view(service_->text(context_, field)); }
  /// Tells "absent" from "empty".
  [[nodiscard]] bool has(rapt_field field) const { return service_->text(context_, field).data != nullptr; }
  [[nodiscard]] std::int64_t number(rapt_number number) const { return service_->number(context_, number); }

  /// The message that the hook is about, as the modules before this one left it.
  [[nodiscard]] std::string_view content() const { return get(RAPT_FIELD_CURRENT_CONTENT); }
  [[nodiscard]] std::string_view role() const { return get(RAPT_FIELD_CURRENT_ROLE); }
  [[nodiscard]] std::int64_t seq() const { return number(RAPT_NUMBER_CURRENT_SEQ); }
  [[nodiscard]] std::string_view input() const { return get(RAPT_FIELD_INPUT); }    ///< JSON
  [[nodiscard]] std::string_view output() const { return get(RAPT_FIELD_OUTPUT); }  ///< JSON
  [[nodiscard]] std::string_view config() const { return get(RAPT_FIELD_CONFIG); }  ///< JSON object
  [[nodiscard]] std::string_view json() const { return view(service_->json(context_)); }

  /// At chat:on_delta, where content() is the window: the end of what has passed this module already, at most 4 KiB.
  [[nodiscard]] std::string_view released() const { return get(RAPT_FIELD_RELEASED); }
  [[nodiscard]] std::int64_t window_seq() const { return number(RAPT_NUMBER_WINDOW_SEQ); }  ///< from 1; -1 at other hooks
  /// No later window comes: nothing can be held back.
  [[nodiscard]] bool last_window() const { return number(RAPT_NUMBER_WINDOW_LAST) == 1; }

  /// Earlier messages, oldest first, without the current one.
  [[nodiscard]] std::size_t message_count() const { return service_->message_count(context_); }
  [[nodiscard]] Message message(std::size_t index) const {
    const rapt_message found = service_->message(context_, index);
    return {view(found.role), view(found.content), found.seq, found.created_at_ms};
  }

 private:
  const rapt_context_1* service_;
  const rapt_context* context_;
  rapt_hook hook_;
};

/// What the hook says. Texts are copied by the host. Every function throws Refused when the host does not take it.
class Reply {
 public:
  Reply(const rapt_reply_1* service, rapt_reply* reply, const rapt_stream_1* stream = nullptr)
      : service_(service), reply_(reply), stream_(stream) {}

  /// Records a finding: `type` like "reading-level", `json` one JSON value.
  void emit(std::string_view type, std::string_view json) { check("emit", service_->emit(reply_, text(type), text(json))); }
  /// Adds an instruction to the AI for this answer (only the before_ai hooks).
  void instruct(std::string_view instruction) { check("instruct", service_->instruct(reply_, text(instruction))); }
  /// `return reply.replace(…)`: the new message, or the new input or output as JSON.
  [[nodiscard]] Verdict replace(std::string_view content) {
    check("replace", service_->replace(reply_, text(content)));
    return Verdict::kReplace;
  }
  /// `return reply.block(…)`: stop here; the reader gets `reason` in plain words.
  [[nodiscard]] Verdict block(std::string_view reason) {
    check("block", service_->block(reply_, text(reason)));
    return Verdict::kBlock;
  }
  /// False on a host that has no rapt.stream/1.
  [[nodiscard]] bool can_hold() const { return stream_ != nullptr; }
  /// Keeps the last `bytes` bytes of the window back: they come again at the start of the next one. Not at the last window.
  void hold(std::size_t bytes) { check("hold", stream_ == nullptr ? RAPT_E_UNAVAILABLE : stream_->hold(reply_, bytes)); }

 private:
  static void check(std::string_view call, rapt_status status) {
    if (status != RAPT_OK) throw Refused(call, status);
  }
  const rapt_reply_1* service_;
  rapt_reply* reply_;
  const rapt_stream_1* stream_;
};

}  // namespace rapt
