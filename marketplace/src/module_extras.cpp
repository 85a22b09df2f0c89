// SPDX-License-Identifier: AGPL-3.0-or-later
// Pictures of a module, and what instances think of it.
#include <nlohmann/json.hpp>

#include "blobs.hpp"
#include "publish_handlers.hpp"
#include "publish_input.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/text.hpp"
#include "rapt/security/crypto.hpp"
#include "screenshots.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using store::params;
using store::Statement;
using store::Transaction;

constexpr std::size_t kMostCaption = 200;

constexpr Statement kOwnModule{"extras_own", "SELECT 1 FROM modules WHERE name = $1 AND publisher = $2"};
constexpr Statement kPutExtras{
    "extras_screenshot",
    "INSERT INTO module_screenshots (module, position, sha256, content_type, caption) VALUES ($1, $2::int, $3, $4, $5) "
    "ON CONFLICT (module, position) DO UPDATE SET sha256 = $3, content_type = $4, caption = $5"};
constexpr Statement kDelete{
    "extras_screenshot_delete",
    "DELETE FROM module_screenshots s USING modules m WHERE m.name = s.module AND s.module = $1 "
    "AND s.position = $2::int AND m.publisher = $3"};
constexpr Statement kExtrasVersion{
    "extras_version", "SELECT 1 FROM module_versions WHERE module = $1 AND version = $2 AND state = 'published'"};
// Ratings of one module take turns at its row, so that sum and count are those of the rows.
constexpr Statement kLockExtras{"extras_lock", "SELECT 1 FROM modules WHERE name = $1 FOR UPDATE"};
constexpr Statement kRate{
    "extras_rate",
    "INSERT INTO module_ratings (module, instance_id, stars, version) VALUES ($1, $2::uuid, $3::int, $4) "
    "ON CONFLICT (module, instance_id) DO UPDATE SET stars = $3::int, version = $4, rated_at = now()"};
constexpr Statement kSum{
    "extras_sum",
    "UPDATE modules m SET rating_sum = r.sum, rating_count = r.count FROM (SELECT coalesce(sum(stars), 0) AS sum, "
    "count(*) AS count FROM module_ratings WHERE module = $1) r WHERE m.name = $1 RETURNING m.rating_sum, "
    "m.rating_count"};

Result<int> position_of(const Call& call) {
  const auto& text = call.parameter("position");
  if (text.size() != 1 || text[0] < '1' || text[0] > '0' + kMostScreenshots)
    return Error::invalid("position", "has to be a number from 1 to " + std::to_string(kMostScreenshots) + ".");
  return text[0] - '0';
}

Result<ImageHead> image_of(const std::string& bytes) {
  const auto head = image_head(bytes);
  if (!head) return Error::invalid("", "The body has to be a whole PNG, JPEG or WebP image.");
  if (head->width > kMostPixels || head->height > kMostPixels) {
    return Error::invalid("", "The image has " + std::to_string(head->width) + " x " + std::to_string(head->height) +
                                  " pixels; a side may have " + std::to_string(kMostPixels) + ".");
  }
  return *head;
}

Task<Result<void>> own_module(Call& call) {
  const auto rows = co_await call.site.database.query(kOwnModule, params(call.parameter("name"), call.publisher));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("module of yours as " + printable(call.parameter("name"), 80));
  co_return Result<void>();
}

}  // namespace

Task<Result<http::Response>> put_screenshot(Call& call) {
  RAPT_CO_TRY(only_query(call.request, {"caption"}));
  const auto position = position_of(call);
  if (!position) co_return position.error();
  const auto caption = call.request.query_value("caption").value_or("");
  RAPT_CO_TRY(check_line("caption", caption, kMostCaption));
  const auto head = image_of(call.request.body);
  if (!head) co_return head.error();
  const auto own = co_await own_module(call);
  if (!own) co_return own.error();
  const auto sha256 = security::hex(security::sha256(call.request.body));
  const auto kept = co_await call.site.blobs.put(sha256, std::move(call.request.body));
  if (!kept) co_return kept.error();
  const auto put = co_await call.site.database.query(
      kPutExtras, params(call.parameter("name"), *position, sha256, head->content_type, caption));
  if (!put) co_return put.error();
  co_return reply(200,
                  json{{"position", *position},
                       {"caption", caption},
                       {"width", head->width},
                       {"height", head->height},
                       {"url", "/api/modules/" + call.parameter("name") + "/screenshots/" + std::to_string(*position)}}
                      .dump());
}

Task<Result<http::Response>> delete_screenshot(Call& call) {
  const auto position = position_of(call);
  if (!position) co_return position.error();
  const auto gone =
      co_await call.site.database.query(kDelete, params(call.parameter("name"), *position, call.publisher));
  if (!gone) co_return gone.error();
  if (gone->affected() == 0) co_return Error::not_found("screenshot of a module of yours");
  co_return reply(200, "null");
}

Task<Result<http::Response>> put_rating(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  const auto stars = body->optional_number("stars", 1, 5);
  const auto version = body->text("version", 64);
  if (auto fault = body->fault()) co_return std::move(*fault);
  if (!stars) co_return Error::invalid("stars", "has to be a whole number from 1 to 5.");
  auto work = [module = call.parameter("name"), version, stars = *stars,
               instance = call.instance_id](Transaction& tx) -> Result<std::string> {
    if (const auto locked = tx.exec(kLockExtras, params(module)); !locked) return locked.error();
    const auto there = tx.exec(kExtrasVersion, params(module, version));
    if (!there) return there.error();
    if (there->empty())
      return Error::not_found("published version as " + printable(module, 80) + " " + printable(version, 80));
    if (const auto rated = tx.exec(kRate, params(module, instance, stars, version)); !rated) return rated.error();
    const auto sum = tx.exec(kSum, params(module));
    if (!sum) return sum.error();
    const auto count = (*sum)[0].integer("rating_count");
    const auto average = static_cast<double>((*sum)[0].integer("rating_sum")) / static_cast<double>(count);
    return json{{"average", average}, {"count", count}}.dump();
  };
  const auto rated = co_await call.site.database.transaction(std::move(work));
  if (!rated) co_return rated.error();
  co_return reply(200, *rated);
}

}  // namespace rapt::marketplace
