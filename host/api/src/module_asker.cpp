// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_asker.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include <nlohmann/json.hpp>

#include "limits.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/journal/module_journal.hpp"
#include "rapt/module_settings/live_settings.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

bool is_granted(const host::ModuleOffer& offer, const char* permission) {
  return std::find(offer.grants.begin(), offer.grants.end(), permission) != offer.grants.end();
}

json caller_of(const Call& call, const host::ModuleOffer& offer) {
  const auto& actor = call.actor;
  if (actor.id.empty()) return nullptr;
  const auto roles = actor.roles();
  std::set<std::string> groups;
  for (const auto& group : actor.groups) groups.insert(group.group.str());
  json classes = json::array();
  for (const auto& one : actor.classes) {
    groups.insert(one.group.str());
    classes.push_back({{"id", one.id.str()}, {"role", one.teaches ? "teacher" : "student"}});
  }
  json out{{"user", call.services.modules.pseudonym_of(offer.module, actor.id.str())},
           {"role", roles.empty() ? "none" : roles.front()},
           {"groups", groups},
           {"classes", std::move(classes)}};
  if (is_granted(offer, "directory")) out["id"] = actor.id.str();
  return out;
}

/// The language that the caller reads best; pages are in English so far.
std::string locale_of(const Call& call) {
  const auto wanted = call.request.headers.get("Accept-Language").value_or("");
  const auto tag = wanted.substr(0, std::min(wanted.find_first_of(",; "), wanted.size()));
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  constexpr std::size_t kLongestTag = 35;
  const bool is_tag = tag.size() >= 2 && tag.size() <= kLongestTag && std::all_of(tag.begin(), tag.end(), is_part);
  return is_tag ? std::string(tag) : "en";
}

Task<Result<std::shared_ptr<const std::string>>> settings_of(Call& call, std::string module, std::string group) {
  auto& live = call.services.live_settings;
  auto known = live.at_hand(module, group, "{}");
  if (known) co_return known;
  auto found = co_await live.resolve(std::move(module), std::move(group));
  if (!found) co_return found.error();
  co_return std::make_shared<const std::string>(std::move(*found));
}

}  // namespace

Task<Result<std::string>> asker_json(Call& call, const host::ModuleOffer& offer, GroupId group) {
  const auto settings = co_await settings_of(call, offer.module, group.str());
  if (!settings) co_return settings.error();
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(call.services.clock.now().time_since_epoch());
  std::string out = R"("caller":)" + caller_of(call, offer).dump(-1, ' ', false, json::error_handler_t::replace);
  out += R"(,"settings":)" + **settings;
  out += R"(,"locale":")" + locale_of(call) + R"(","now_ms":)" + std::to_string(now.count());
  co_return out;
}

Task<void> tell_admin(const Services& services, std::string module, std::string text) {
  constexpr std::size_t kLongest = 1024;
  std::vector<journal::Line> lines;
  lines.push_back({.module = module,
                   .host = services.settings.host_name,
                   .level = "warn",
                   .text = printable(text, kLongest),
                   .at = services.clock.now()});
  const auto added = co_await services.journal.add_lines(std::move(lines));
  if (!added) log::warn("module.line_lost", {{"module", module}, {"detail", added.error().log_detail}});
}

Task<Error> module_lied(Call& call, std::string module, std::string what) {
  constexpr int kMostTold = 20;
  RateRule rule{"module:fault", module, kMostTold, std::chrono::seconds(60), true};
  const auto told = co_await call.services.limits.count(std::move(rule));
  if (!told.refused) {
    log::warn("module.malformed_answer",
              {{"module", module}, {"path", printable(call.request.path)}, {"reason", printable(what)}});
    co_await tell_admin(call.services, module, "Its answer to a request was refused: " + what + ".");
  }
  Error error = Error::unavailable(
      module, "The module " + module + " gave an answer that cannot be used. Its administrator can see why.");
  error.code = "MODULE_FAILED";
  co_return error;
}

}  // namespace rapt::api
