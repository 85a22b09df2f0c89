// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>
#include <set>

#include "manifest_parts.hpp"

namespace rapt::bundle {
namespace {

constexpr std::string_view kDelta = "chat:on_delta";
constexpr std::array<std::string_view, 9> kPoints = {"chat:on_message",   "chat:before_ai",   kDelta,
                                                     "chat:after_ai",     "session:start",    "session:end",
                                                     "product:before_ai", "product:after_ai", "run:complete"};

/// Nobody waits for what these say, or they may say it later: a job emits, and changes nothing.
constexpr std::array<std::string_view, 5> kMayComeLater = {"chat:on_message", "chat:after_ai", "session:start",
                                                           "session:end", "run:complete"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOlderPoints = {{
    {"chat:pre_ai", "chat:before_ai"},
    {"chat:post_ai", "chat:after_ai"},
    {"product:pre_ai", "product:before_ai"},
    {"product:post_ai", "product:after_ai"},
}};

constexpr std::uint32_t kDeltaSince = 1;    ///< the minor number of the ABI that brought chat:on_delta
constexpr std::uint32_t kHistorySince = 3;  ///< hosts that offer less refuse a manifest with "history"

bool in(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void read_point(JsonReader& reader, std::string& point) {
  if (!reader.text("point", point, 64, Need::kRequired)) return;
  for (const auto& [older, newer] : kOlderPoints) {
    if (point == older) point = newer;
  }
  if (!in(point, kPoints)) {
    reader.fault("point", "There is no such hook point." + did_you_mean(point, kPoints) +
                              " The points are: " + list_of(kPoints) + ".");
  }
}

void read_window(JsonReader& reader, ManifestHook& hook) {
  const bool stream = hook.point == kDelta;
  if (stream) hook.window = "sentence";
  if (reader.is_object("window")) {
    auto size = *reader.object("window");
    size.integer("bytes", hook.window_bytes, 16, 65536);
    size.refuse_unknown();
    if (hook.window_bytes == 0) reader.fault("window", "Say how many: {\"bytes\": 16 to 65536}.");
    hook.window = "size";
  } else if (std::string unit; reader.text("window", unit, 16, Need::kOptional)) {
    if (unit != "token" && unit != "sentence")
      reader.fault("window", "Say \"token\", \"sentence\" or {\"bytes\": 16 to 65536}.");
    hook.window = std::move(unit);
  }
  if (!stream && !hook.window.empty()) {
    reader.fault("window", "Only chat:on_delta is asked window by window.");
    hook.window.clear();
  }
}

void read_async(JsonReader& reader, ManifestHook& hook) {
  reader.boolean("async", hook.asynchronous);
  if (!hook.asynchronous) return;
  if (!in(hook.point, kMayComeLater)) {
    reader.fault("async", "Somebody waits for what is said at this point. Points that may be asked later are: " +
                              list_of(kMayComeLater) + ".");
  }
  if (hook.fail_closed) {
    reader.fault("on_failure",
                 "What is asked later cannot stop anything: leave \"on_failure\" open, or \"async\" out.");
  }
}

void read_history(JsonReader& reader, ManifestHook& hook) {
  if (!reader.has("history")) return;
  int messages = 0;
  reader.integer("history", messages, 0, 1000);
  hook.history = messages;
  if (!hook.point.starts_with("chat:") && !hook.point.starts_with("session:"))
    reader.fault("history", "There is no conversation at this point: leave it out.");
}

ManifestHook read_hook(JsonReader reader) {
  ManifestHook hook;
  read_point(reader, hook.point);
  reader.integer("priority", hook.priority, 0, 1000);
  reader.integer("timeout_ms", hook.timeout_ms, 1, 10000);
  std::string on_failure = "open";
  if (reader.text("on_failure", on_failure, 16, Need::kOptional) && on_failure != "open" && on_failure != "closed") {
    reader.fault("on_failure", "Say \"open\" (go on without the module) or \"closed\" (stop).");
  }
  hook.fail_closed = on_failure == "closed";
  read_window(reader, hook);
  read_async(reader, hook);
  read_history(reader, hook);
  reader.refuse_unknown();
  return hook;
}

}  // namespace

std::span<const std::string_view> hook_point_names() {
  return kPoints;
}

void read_hooks(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  for (auto& item : in.objects("hooks", 16)) {
    auto hook = read_hook(item);
    if (!hook.point.empty() && !seen.insert(hook.point).second) item.fault("point", "This point is declared twice.");
    if (hook.point == kDelta && out.abi_major == 1 && out.abi_built_minor < kDeltaSince) {
      item.fault("point",
                 "chat:on_delta came with ABI 1.1, and \"abi\" says that the module was built for an older one.");
    }
    if (hook.history && out.abi_major == 1 && out.abi_minor < kHistorySince) {
      item.fault("history",
                 "It came with ABI 1.3, and older hosts refuse it: let \"abi\" say \"min\": \"1.3\", or leave it out.");
    }
    out.hooks.push_back(std::move(hook));
  }
}

}  // namespace rapt::bundle
