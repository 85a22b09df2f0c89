// SPDX-License-Identifier: AGPL-3.0-or-later
// Files that modules make, piece by piece.
#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "module_asker.hpp"
#include "module_handlers.hpp"
#include "module_place.hpp"
#include "rapt/base/json_text.hpp"
#include "rapt/base/log.hpp"
#include "rapt/host/export_piece.hpp"
#include "rapt/host/supervisor.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

struct WantedExport {
  host::ModuleOfferPtr offer;
  bundle::ManifestExport file;
  ModulePlace place;
};

/// One piece, made by the module; the failure is what the caller is told, as long as nothing has been sent.
Task<Result<host::ExportPiece>> next_piece(Call& call, const WantedExport& wanted, int number, std::string memo) {
  const auto asker = co_await asker_json(call, *wanted.offer, wanted.place.group);
  if (!asker) co_return asker.error();
  std::string input = R"({"export":")" + wanted.file.id + R"(","place":")" + wanted.place.kind + R"(","place_id":")" +
                      wanted.place.id + R"(","piece":)" + std::to_string(number) + R"(,"memo":)";
  append_json_string(input, memo);
  host::ModuleCall asked{.module = wanted.offer->module,
                         .point = hooks::Point::kExport,
                         .input_json = input + "," + *asker + "}",
                         .about = wanted.place.about,
                         .time_limit = std::chrono::milliseconds(wanted.file.timeout_ms)};
  const auto answer = co_await call.services.modules.ask(std::move(asked));
  if (!answer) co_return answer.error();
  auto piece = host::read_export_piece(*answer);
  if (!piece) co_return co_await module_lied(call, wanted.offer->module, piece.error().message);
  co_return piece;
}

/// The host holds one piece, and asks for the next when the reader has taken it. A file that cannot be finished is
/// torn, so that the reader sees that it is not whole.
Task<void> stream(Call& call, const WantedExport& wanted, host::ExportPiece piece) {
  http::Headers headers;
  const bool text = wanted.file.content_type.starts_with("text/");
  headers.set("Content-Type", wanted.file.content_type + (text ? "; charset=utf-8" : ""));
  headers.set("Content-Disposition", "attachment; filename=\"" + wanted.file.file_name + "\"");
  headers.set("Cache-Control", "no-store");
  auto* body = co_await call.responder.open_body_stream(std::move(headers));
  for (int number = 1;; ++number) {
    // A piece may be empty; that the reader has gone shows at the next one.
    bool taken = true;
    if (!piece.bytes.empty()) taken = co_await body->write(piece.bytes);
    if (!taken || piece.last) co_return;
    std::string why = "it has more than 10,000 pieces";
    if (number < host::kMostExportPieces) {
      auto next = co_await next_piece(call, wanted, number, std::move(piece.memo));
      if (next) {
        piece = std::move(*next);
        continue;
      }
      why = next.error().message;
    }
    log::warn("module.export_torn", {{"module", wanted.offer->module},
                                     {"export", wanted.file.id},
                                     {"reason", why},
                                     {"request_id", call.request.id}});
    body->give_up();
    co_return;
  }
}

Task<Result<WantedExport>> wanted_of(Call& call) {
  const auto& path = call.request.path_parameters;
  auto place_id = query_place_id(call);
  if (!place_id) co_return place_id.error();
  WantedExport wanted;
  wanted.offer = call.services.modules.offer(path.at("name"));
  if (!wanted.offer) co_return Error::not_found("export");
  const auto& all = wanted.offer->exports;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == path.at("export"); });
  if (found == all.end()) co_return Error::not_found("export");
  wanted.file = *found;
  auto place = co_await find_module_place(call, wanted.file.place, std::move(*place_id));
  if (!place) co_return place.error();
  if (!place->admits(wanted.file.access)) co_return Error::forbidden("You may see this place, but not download this.");
  wanted.place = std::move(*place);
  co_return wanted;
}

}  // namespace

Task<Result<Answer>> get_exports(Call& call) {
  auto id = query_place_id(call);
  if (!id) co_return id.error();
  auto kind = call.request.query_value("place");
  if (!kind) co_return Error::invalid("place", "is required");
  const auto place = co_await find_module_place(call, std::move(*kind), std::move(*id));
  if (!place) co_return place.error();
  json items = json::array();
  for (const auto& offer : call.services.modules.offers()) {
    for (const auto& file : offer->exports) {
      if (file.place != place->kind || !place->admits(file.access)) continue;
      const std::string query = place->id.empty() ? "" : "?place_id=" + place->id;
      items.push_back({{"module", offer->module},
                       {"id", file.id},
                       {"title", file.title},
                       {"content_type", file.content_type},
                       {"file_name", file.file_name},
                       {"href", "/api/v1/modules/" + offer->module + "/exports/" + file.id + query}});
    }
  }
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> get_module_export(Call& call) {
  const auto wanted = co_await wanted_of(call);
  if (!wanted) co_return wanted.error();
  auto first = co_await next_piece(call, *wanted, 0, "");
  if (!first) co_return first.error();
  log::info("module.exported", {{"module", wanted->offer->module},
                                {"export", wanted->file.id},
                                {"by", call.actor.id.str()},
                                {"request_id", call.request.id}});
  co_await stream(call, *wanted, std::move(*first));
  co_return Answer{};
}

}  // namespace rapt::api
