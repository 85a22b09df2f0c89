// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/release_word.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "ask.hpp"
#include "layout_json.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxPage = std::size_t{4} << 20, kMaxAnswer = 64 * 1024;
constexpr std::size_t kItems = 100, kPages = 10, kWordLine = 300, kWordText = 8000;
constexpr std::chrono::seconds kPatience{30};

/// A text, or null for "".
std::string text_or_null(const Field& object, const std::string& key, const json& value) {
  if (!value.is_object() || !value.contains(key) || value.at(key).is_null()) return {};
  return object.at(key).text(kWordText);
}

void read_word(const Field& field, const json& value, ReleaseWords& out) {
  const auto version = field.at("version").text(kWordLine);
  if (!Version::parse(version)) field.at("version").refuse("is no semantic version");
  ReleaseWord word;
  word.rollout_percent = field.at("rollout_percent").number();
  if (word.rollout_percent > 100) field.at("rollout_percent").refuse("is more than 100");
  word.halted_because = text_or_null(field, "halted_because", value);
  // Halted without a reason is still halted.
  const bool halted = value.contains("halted_because") && !value.at("halted_because").is_null();
  if (halted && word.halted_because.empty()) word.halted_because = "The registry gives no reason.";
  out.emplace(version, std::move(word));
}

json as_json(const InstanceReport& report) {
  json out = {{"version", report.version},
              {"channel", name(report.channel)},
              {"deployment_type", report.deployment_type},
              {"modules", report.modules}};
  if (!report.update_state.empty())
    out["update"] = {{"state", report.update_state}, {"version", report.update_version}};
  return out;
}

http::ClientRequest request_of(std::string url, std::size_t most) {
  http::ClientRequest out;
  out.url = std::move(url);
  out.total_timeout = kPatience;
  out.max_body_bytes = most;
  return out;
}

/// It goes into a header.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Error wrong_status(const std::string& base_url, int status) {
  return bad_answer("The registry at " + base_url + " answered with status " + std::to_string(status) + ".");
}

}  // namespace

Result<ReleaseWords> parse_release_words(std::string_view text, std::string& next_cursor) {
  const auto document = parse_strictly("releases", text);
  if (!document) return bad_answer("The registry's list of releases cannot be read: " + document.error().message);
  try {
    const Field root(*document, "releases");
    ReleaseWords out;
    const auto items = root.at("data").items(kItems);
    for (std::size_t i = 0; i < items.size(); ++i) read_word(items[i], document->at("data").at(i), out);
    next_cursor.clear();
    if (const auto meta = root.find("meta")) next_cursor = text_or_null(*meta, "next_cursor", document->at("meta"));
    return out;
  } catch (const FieldFault& fault) {
    return bad_answer("The registry's list of releases cannot be read: " + fault.path + " " + fault.message + ".");
  }
}

ReleaseDesk::ReleaseDesk(http::Client& client, std::string base_url) : client_(client), base_url_(std::move(base_url)) {
  while (base_url_.ends_with('/')) base_url_.pop_back();
}

Task<Result<ReleaseWords>> ReleaseDesk::releases() {
  ReleaseWords out;
  std::string cursor;
  for (std::size_t page = 0; page < kPages; ++page) {
    auto url = base_url_ + "/api/releases?limit=" + std::to_string(kItems);
    if (!cursor.empty()) url += "&cursor=" + encoded(cursor);
    auto request = request_of(std::move(url), kMaxPage);
    const auto answer = co_await ask(client_, base_url_, std::move(request));
    if (!answer) co_return answer.error();
    if (answer->status != 200) co_return wrong_status(base_url_, answer->status);
    auto words = parse_release_words(answer->body, cursor);
    if (!words) co_return words.error();
    out.merge(*words);
    if (cursor.empty()) break;
  }
  co_return out;
}

Task<Result<InstanceKey>> ReleaseDesk::register_instance() {
  auto request = request_of(base_url_ + "/api/instances/register", kMaxAnswer);
  request.method = "POST";
  request.headers.set("Content-Type", "application/json");
  request.body = "{}";
  const auto answer = co_await ask(client_, base_url_, std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status != 201) co_return wrong_status(base_url_, answer->status);
  auto key = read_fields("answer", answer->body, [](const Field& field) {
    const auto data = field.at("data");
    return InstanceKey{data.at("id").text(64), data.at("token").text(kWordLine)};
  });
  if (!key) co_return bad_answer("The registry's answer cannot be read: " + key.error().message);
  const auto id = canonical_uuid(key->id);
  if (!id || !is_token(key->token)) co_return bad_answer("The registry at " + base_url_ + " has given no usable id.");
  key->id = *id;
  co_return std::move(*key);
}

Task<Result<void>> ReleaseDesk::tell(InstanceKey key, InstanceReport report) {
  auto request = request_of(base_url_ + "/api/instances/" + key.id + "/heartbeat", kMaxAnswer);
  request.method = "POST";
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Authorization", "Bearer " + key.token);
  request.body = as_json(report).dump(-1, ' ', true, json::error_handler_t::replace);
  const auto answer = co_await ask(client_, base_url_, std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status == 401 || answer->status == 403 || answer->status == 404) co_return Error::unauthorized();
  if (answer->status != 204) co_return wrong_status(base_url_, answer->status);
  co_return Result<void>();
}

}  // namespace rapt::marketplace
