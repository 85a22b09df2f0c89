// SPDX-License-Identifier: AGPL-3.0-or-later
#include "kubernetes_follow.hpp"

#include <nlohmann/json.hpp>

#include "json_fields.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::kubernetes {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxLine = std::size_t{4} << 20;

std::string version_of(const json& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return {};
  const auto found = metadata->find("resourceVersion");
  return found != metadata->end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Follow::Follow(Api& api, Resource resource, std::string name)
    : api_(api), resource_(resource), name_(std::move(name)), object_(std::make_unique<json>()) {}
Follow::~Follow() = default;

Task<Result<void>> Follow::list() {
  std::string query = "fieldSelector=" + query_value("metadata.name=" + name_);
  const auto seen = co_await api_.list(resource_, std::move(query));
  if (!seen) co_return seen.error();
  const auto items = seen->find("items");
  if (items == seen->end() || !items->is_array() || items->empty() || !items->front().is_object())
    co_return Error::not_found(std::string(resource_.plural) + " " + name_ + " in the cluster");
  *object_ = items->front();
  version_ = version_of(*seen);
  co_return Result<void>{};
}

Task<Result<void>> Follow::open() {
  std::string query = "fieldSelector=" + query_value("metadata.name=" + name_) +
                      "&allowWatchBookmarks=true&resourceVersion=" + query_value(version_) + "&timeoutSeconds=" +
                      std::to_string(std::chrono::ceil<std::chrono::seconds>(api_.options().look_every).count());
  auto stream = co_await api_.watch(resource_, std::move(query));
  if (!stream) co_return stream.error();
  stream_ = std::move(*stream);
  buffer_.clear();
  opened_ = std::chrono::steady_clock::now();
  co_return Result<void>{};
}

/// One line of the watch. Whatever is not understood has the object listed anew: that is always right.
Follow::Heard Follow::take(const std::string& line) {
  const json event = json::parse(line, nullptr, false);
  const auto list_again = [this] {
    version_.clear();
    return Heard::kEnd;
  };
  if (!event.is_object() || !event.contains("type") || !event.contains("object")) return list_again();
  const json &type = event["type"], &object = event["object"];
  if (!object.is_object() || type == "ERROR") return list_again();  // 410: what came between is not known any more
  if (type == "DELETED") return Heard::kGone;
  if (const auto version = version_of(object); !version.empty()) version_ = version;
  if (type != "ADDED" && type != "MODIFIED") return Heard::kNothing;
  *object_ = object;
  return Heard::kChange;
}

Task<Follow::Heard> Follow::hear() {
  for (;;) {
    const auto end = buffer_.find('\n');
    if (end != std::string::npos) {
      const std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      co_return take(line);
    }
    const auto piece = co_await stream_->read();
    if (!piece || buffer_.size() > kMaxLine) {
      version_.clear();
      co_return Heard::kEnd;
    }
    if (!*piece) co_return Heard::kEnd;
    buffer_ += **piece;
  }
}

Task<Result<json>> Follow::next() {
  for (;;) {
    if (version_.empty()) {
      stream_.reset();
      RAPT_CO_TRY(co_await list());
      co_return found(*object_);
    }
    if (!stream_) {
      const auto opened = co_await open();
      if (!opened) {
        const auto error = opened.error();
        if (error.kind == ErrorKind::kForbidden || error.kind == ErrorKind::kInvalid) co_return error;
        version_.clear();
        co_await runtime::sleep_for(api_.options().retry_after);
        continue;
      }
    }
    const Heard heard = co_await hear();
    if (heard == Heard::kGone) co_return Error::not_found(std::string(resource_.plural) + " " + name_ + " any more");
    if (heard == Heard::kChange) co_return found(*object_);
    if (heard != Heard::kEnd) continue;
    stream_.reset();
    const auto lasted = std::chrono::steady_clock::now() - opened_;
    if (lasted < api_.options().retry_after) co_await runtime::sleep_for(api_.options().retry_after);
    if (!version_.empty()) co_return found(*object_);
  }
}

}  // namespace rapt::agent::kubernetes
