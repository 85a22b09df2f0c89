// SPDX-License-Identifier: AGPL-3.0-or-later
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "limits.hpp"
#include "module_asker.hpp"
#include "module_panels.hpp"
#include "parameters.hpp"
#include "rapt/host/panel_answer.hpp"
#include "rapt/host/supervisor.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr int kPerMinute = 60;  ///< that one person may ask of one panel

json view(const host::ModuleOffer& offer, const bundle::ManifestPanel& panel) {
  return {{"module", offer.module},
          {"module_title", offer.title},
          {"id", panel.id},
          {"title", panel.title},
          {"place", panel.place}};
}

std::vector<host::ModuleOfferPtr> running_offers(const Call& call) {
  std::set<std::string> running;
  for (const auto& status : call.services.modules.status())
    if (status.state == host::ModuleState::kRunning) running.insert(status.name);
  auto offers = call.services.modules.offers();
  std::erase_if(offers, [&](const auto& offer) { return !running.contains(offer->module); });
  return offers;
}

bool applies(const ModulePlace& place, const bundle::ManifestPanel& panel) {
  return panel.place == place.kind && place.admits(panel.access);
}

/// What the path names, as far as the module declares it.
struct Wanted {
  host::ModuleOfferPtr offer;
  const bundle::ManifestPanel* panel = nullptr;
};

std::string parameter(const Call& call, const char* name) {
  const auto found = call.request.path_parameters.find(name);
  return found == call.request.path_parameters.end() ? std::string() : found->second;
}

Result<Wanted> find_panel(const Call& call) {
  Wanted out{call.services.modules.offer(parameter(call, "name"))};
  if (!out.offer) return Error::not_found("panel");
  const auto id = parameter(call, "id");
  for (const auto& panel : out.offer->panels)
    if (panel.id == id) out.panel = &panel;
  if (out.panel == nullptr) return Error::not_found("panel");
  return out;
}

Task<Result<void>> count(Call& call, const Wanted& wanted) {
  RateRule rule{.name = "panel",
                .about = call.actor.id.str() + " " + wanted.offer->module + " " + wanted.panel->id,
                .limit = kPerMinute};
  auto quota = co_await call.services.limits.count(std::move(rule));
  if (quota.refused) {
    const auto now = call.services.limits.now();
    auto error = too_often(quota, now, "This panel was asked for too often. Wait a moment.");
    co_return error;
  }
  co_return Result<void>();
}

Task<Result<std::string>> ask(Call& call, const Wanted& wanted, const ModulePlace& place) {
  const auto asker = co_await asker_json(call, *wanted.offer, place.group);
  if (!asker) co_return asker.error();
  const json about{{"panel", wanted.panel->id}, {"place", place.kind}, {"place_id", place.id}};
  std::string input = about.dump();
  input.pop_back();
  input += "," + *asker + "}";
  host::ModuleCall asked{.module = wanted.offer->module,
                         .point = hooks::Point::kPanel,
                         .input_json = std::move(input),
                         .about = place.about,
                         .time_limit = std::chrono::milliseconds(wanted.panel->timeout_ms)};
  const auto answer = co_await call.services.modules.ask(std::move(asked));
  if (!answer) co_return answer.error();
  auto checked = host::read_panel_answer(*answer);
  if (checked) co_return checked;
  const Error error = checked.error();  // error() gives a copy
  const auto& fault = error.fields.front();
  auto where = "the panel " + wanted.panel->id + ": " + fault.path + " " + fault.message;
  co_return co_await module_lied(call, wanted.offer->module, std::move(where));
}

}  // namespace

Task<Result<Answer>> get_panels(Call& call) {
  auto place_id = query_place_id(call);
  if (!place_id) co_return place_id.error();
  auto kind = call.request.query_value("place").value_or("home");
  const auto place = co_await find_module_place(call, std::move(kind), std::move(*place_id));
  if (!place) co_return place.error();
  const auto used = co_await modules_used_at(call, *place);
  if (!used) co_return used.error();
  json items = json::array();
  for (const auto& offer : running_offers(call)) {
    if (!belongs_at(call.services, *place, *used, offer->module)) continue;
    for (const auto& panel : offer->panels)
      if (applies(*place, panel)) items.push_back(view(*offer, panel));
  }
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> get_panel(Call& call) {
  auto place_id = query_place_id(call);
  if (!place_id) co_return place_id.error();
  const auto wanted = find_panel(call);
  if (!wanted) co_return wanted.error();
  const auto place = co_await find_module_place(call, wanted->panel->place, std::move(*place_id));
  if (!place) co_return place.error();
  const auto used = co_await modules_used_at(call, *place);
  if (!used) co_return used.error();
  // Nobody learns of a panel that no page offers them.
  if (!applies(*place, *wanted->panel) || !belongs_at(call.services, *place, *used, wanted->offer->module))
    co_return Error::not_found("panel");
  RAPT_CO_TRY(co_await count(call, *wanted));
  auto drawn = co_await ask(call, *wanted, *place);
  if (!drawn) co_return drawn.error();
  auto panel = json::parse(*drawn);
  panel.update(view(*wanted->offer, *wanted->panel));
  co_return data_reply(panel);
}

}  // namespace rapt::api
