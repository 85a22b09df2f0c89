// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/hook_case.hpp"

#include <memory>

#include "json_fields.hpp"
#include "rapt/sandbox/check.hpp"

namespace rapt::author {

using nlohmann::json;

namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 53;  // a JSON number stays exact up to here
constexpr unsigned kMostCaseDepth = 64;
constexpr std::int64_t kLongestDeadline = 10'000;

TimePoint from_ms(std::int64_t ms) {
  return TimePoint{std::chrono::milliseconds(ms)};
}

class Reader {
 public:
  Reader(const json& document, hooks::Point point)
      : point_(point),
        all_(&document, "", faults_,
             {"hook", "tool", "user", "group", "session", "run", "messages", "current", "stream", "input", "output",
              "config", "locale", "now_ms", "deadline_ms"}) {}

  Result<HookCase> read() {
    read_hook();
    read_tool();
    read_people();
    read_session();
    read_messages();
    read_current();
    read_stream();
    read_json();
    if (const auto locale = all_.text("locale"); !locale.empty()) context_.locale = locale;
    all_.number("now_ms", 0, kLargest);
    if (const auto deadline = all_.number("deadline_ms", 1, kLongestDeadline))
      out_.deadline = std::chrono::milliseconds(*deadline);
    if (faults_.empty()) return std::move(out_);
    Error error = Error::invalid(
        "", "The context has " + std::to_string(faults_.size()) + " fault" + (faults_.size() == 1 ? "." : "s."));
    error.fields = std::move(faults_);
    return error;
  }

 private:
  void read_hook() {
    if (all_.find("hook") == nullptr) return;
    const auto said = all_.text("hook");
    if (hooks::parse_point(said) == point_) return;
    all_.fault("hook", "is not the hook that is asked: " + std::string(hooks::name(point_)));
  }

  void read_tool() {
    Fields tool(all_.object("tool"), "tool", faults_, {"id", "name", "type", "version", "behavior", "subject"});
    auto& to = context_.tool;
    to.id = tool.text("id");
    to.name = tool.text("name");
    if (tool.find("type") != nullptr) to.type = tool.choice("type", {"chat", "product"}).value_or("");
    to.version = tool.text("version");
    to.behavior = tool.text("behavior");
    to.subject = tool.text("subject");
  }

  void read_people() {
    Fields user(all_.object("user"), "user", faults_, {"id", "role"});
    context_.user.id = user.text("id");
    context_.user.role = user.text("role");
    Fields group(all_.object("group"), "group", faults_, {"id", "name"});
    context_.group.id = group.text("id");
    context_.group.name = group.text("name");
    Fields run(all_.object("run"), "run", faults_, {"id"});
    context_.run_id = run.text("id");
  }

  void read_session() {
    Fields session(all_.object("session"), "session", faults_, {"id", "state", "age_ms"});
    auto& to = context_.session;
    to.id = session.text("id");
    to.state = session.text("state");
    if (const auto age = session.number("age_ms", 0, kLargest / 1000))
      to.started_at = SystemClock().now() - std::chrono::milliseconds(*age);
    if (to.id.empty() && (!to.state.empty() || session.find("age_ms") != nullptr))
      session.fault("id", "is missing: without it there is no session");
  }

  void read_messages() {
    const auto* list = all_.find("messages");
    if (list == nullptr) return;
    if (!list->is_array()) return all_.fault("messages", "must be an array");
    std::int64_t last = 0;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto path = "messages[" + std::to_string(i) + "]";
      if (!(*list)[i].is_object()) {
        faults_.push_back({path, "must be an object"});
        continue;
      }
      Fields one(&(*list)[i], path, faults_, {"role", "content", "seq", "created_at_ms"});
      hooks::Message message;
      message.role = one.choice("role", {"user", "assistant", "system"}).value_or("");
      message.content = one.required_text("content");
      message.seq = one.number("seq", 1, kLargest).value_or(last + 1);
      if (message.seq <= last) one.fault("seq", "must be larger than that of the message before");
      if (const auto at = one.number("created_at_ms", 0, kLargest / 1000)) message.created_at = from_ms(*at);
      last = std::max(last, message.seq);
      hooks::tell(context_, std::move(message));
    }
  }

  void read_current() {
    Fields current(all_.object("current"), "current", faults_, {"role", "content", "seq"});
    // An empty object is how a context says that there is none.
    if (!current.present() || all_.find("current")->empty()) return;
    hooks::Message message;
    message.role = current.choice("role", {"user", "assistant"}).value_or("");
    message.content = current.required_text("content");
    const auto last = context_.messages.empty() ? 0 : context_.messages.back().seq;
    message.seq = current.number("seq", 1, kLargest).value_or(last + 1);
    message.created_at = SystemClock().now();
    context_.current = std::move(message);
  }

  void read_stream() {
    const bool on_delta = point_ == hooks::Point::kChatOnDelta;
    if (on_delta && !context_.current)
      all_.fault("current", "is missing: it is the answer that passes the module, {\"role\", \"content\"}");
    Fields stream(all_.object("stream"), "stream", faults_, {"released", "window_seq", "last"});
    if (!stream.present()) return;
    if (!on_delta) return all_.fault("stream", "belongs to chat:on_delta alone");
    const auto released = std::make_shared<const std::string>(stream.text("released"));
    context_.texts.push_back(released);
    context_.stream = {*released, stream.number("window_seq", 1, kLargest).value_or(1),
                       stream.boolean("last").value_or(false)};
  }

  void read_json() {
    if (const auto* input = all_.find("input")) context_.input_json = plain(*input, "input");
    if (const auto* output = all_.find("output")) context_.output_json = plain(*output, "output");
    if (const auto* config = all_.object("config")) out_.config_json = plain(*config, "config");
  }

  std::string plain(const json& value, std::string_view name) {
    auto text = value.dump();
    if (!sandbox::is_plain_json(text, kMostCaseDepth))
      all_.fault(name, "holds what no host stores: \\u0000, more than 64 levels, or a number without end");
    return text;
  }

  const hooks::Point point_;
  std::vector<FieldError> faults_;
  HookCase out_;
  hooks::Context& context_ = out_.context;
  Fields all_;
};

}  // namespace

Result<HookCase> read_hook_case(std::string_view text, hooks::Point point) {
  json document;
  RAPT_TRY(parse_document(text, kMaxCaseBytes, document));
  if (!document.is_object()) return Error::invalid("", "A context is a JSON object.");
  return Reader(document, point).read();
}

Result<std::string> read_config(std::string_view text) {
  json document;
  RAPT_TRY(parse_document(text, kMaxCaseBytes, document));
  if (!document.is_object()) return Error::invalid("", "A configuration is a JSON object.");
  return document.dump();
}

}  // namespace rapt::author
