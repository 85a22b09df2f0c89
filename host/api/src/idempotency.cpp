// SPDX-License-Identifier: AGPL-3.0-or-later
#include "idempotency.hpp"

#include <algorithm>
#include <exception>

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "rapt/api/error_reply.hpp"
#include "rapt/base/log.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::chrono::hours kKeptFor{24};
constexpr std::chrono::minutes kLeastLease{5};
constexpr std::size_t kLongestKey = 255;
constexpr int kRetryAfterSeconds = 1;

/// An expired key is anybody's; one whose host died while answering goes to the next who asks the same.
constexpr store::Statement kTake{"idempotency_take", R"(
  INSERT INTO idempotency_keys AS kept (user_id, key, route, request_hash, claim, created_at)
  VALUES ($1, $2, $3, decode($4, 'hex'), $5, $6)
  ON CONFLICT (user_id, key) DO UPDATE
    SET route = EXCLUDED.route, request_hash = EXCLUDED.request_hash, claim = EXCLUDED.claim,
        created_at = EXCLUDED.created_at, status = NULL, headers = NULL, body = NULL
    WHERE kept.created_at <= $7
       OR (kept.status IS NULL AND kept.created_at <= $8 AND kept.request_hash = EXCLUDED.request_hash)
  RETURNING 1 AS taken)"};
constexpr store::Statement kFind{"idempotency_find", R"(
  SELECT encode(request_hash, 'hex') AS request_hash, status, headers::text AS headers, body
  FROM idempotency_keys WHERE user_id = $1 AND key = $2)"};
constexpr store::Statement kKeep{"idempotency_keep", R"(
  UPDATE idempotency_keys SET status = $4, headers = $5::jsonb, body = $6
  WHERE user_id = $1 AND key = $2 AND claim = $3 AND status IS NULL)"};
constexpr store::Statement kForget{
    "idempotency_forget",
    "DELETE FROM idempotency_keys WHERE user_id = $1 AND key = $2 AND claim = $3 AND status IS NULL"};
constexpr store::Statement kPrune{"idempotency_prune", R"(
  DELETE FROM idempotency_keys WHERE (user_id, key) IN (
    SELECT user_id, key FROM idempotency_keys WHERE created_at <= $1 ORDER BY created_at LIMIT 1000))"};

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= kLongestKey &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Each part with its length, so that no two requests read the same.
void append(std::string& out, std::string_view part) {
  out.append(std::to_string(part.size())).append(":").append(part);
}

/// Keyed, because the body may hold a password that could be guessed by a plain digest.
std::string hash_of(const http::Request& request, const security::SecretBox& box) {
  std::string all;
  append(all, request.path);
  for (const auto& [name, value] : request.query) {
    append(all, name);
    append(all, value);
  }
  append(all, request.headers.get("Content-Type").value_or(""));
  append(all, request.headers.get("If-Match").value_or(""));
  append(all, request.body);
  return box.fingerprint(all);
}

Error reused() {
  Error error;
  error.kind = ErrorKind::kUnprocessable;
  error.code = "IDEMPOTENCY_KEY_REUSED";
  error.message = "This Idempotency-Key came with another request before: use a new key for a new request.";
  return error;
}

Error in_progress() {
  Error error = Error::conflict("The first request with this Idempotency-Key is being answered: ask again shortly.");
  error.code = "IDEMPOTENCY_IN_PROGRESS";
  error.retry_after_seconds = kRetryAfterSeconds;
  return error;
}

http::Response replayed(const store::Row& row) {
  http::Response response;
  response.status = static_cast<int>(row.integer("status"));
  const json fields = json::parse(row.text("headers"));
  for (const auto& [name, value] : fields.items()) response.headers.set(name, value.get<std::string>());
  response.headers.set("Idempotency-Replayed", "true");
  response.body = row.text("body");
  return response;
}

/// What describes the object; a cookie never.
std::string headers_to_keep(const http::Headers& headers) {
  json out = json::object();
  for (const char* name : {"Content-Type", "ETag", "Location"}) {
    if (const auto value = headers.get(name)) out[name] = *value;
  }
  return out.dump();
}

/// Whether asking again could not answer otherwise.
bool is_final(int status) {
  return status < 500 && status != 401 && status != 408 && status != 429;
}

/// A turn's own name, under which the conversation knows it.
bool names_a_turn(const Route& route, std::string_view key) {
  return (route.handler == post_message || route.handler == post_regenerate) && canonical_uuid(key).has_value();
}

}  // namespace

struct Idempotency::Claim {
  UserId user;
  std::string key;
  std::string route;
  std::string hash;
  std::string request_id;
  std::string id = new_uuid();
};

bool Idempotency::applies(const Route& route, const Call& call) {
  return call.request.method == "POST" && route.access != Access::kPublic && !may_hold_secrets(route) &&
         call.request.headers.get("Idempotency-Key") &&
         !names_a_turn(route, *call.request.headers.get("Idempotency-Key")) &&
         !call.request.accepts_explicitly("text/event-stream");
}

Task<Result<Answer>> Idempotency::answer(const Route& route, Call& call) {
  Claim claim{call.actor.id, std::string(*call.request.headers.get("Idempotency-Key")), route.pattern,
              hash_of(call.request, services_.box), call.request.id};
  if (!is_key(claim.key)) {
    co_return Error::invalid("Idempotency-Key", "must be 1 to 255 visible ASCII characters, such as a UUID");
  }
  auto kept = co_await take(claim);
  if (!kept) co_return kept.error();
  if (*kept) co_return std::move(*kept);
  Result<Answer> answered = Answer{};
  std::exception_ptr thrown;
  try {
    answered = co_await route.handler(call);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) {
    co_await forget(claim);
    std::rethrow_exception(thrown);
  }
  co_await keep(claim, answered);
  co_return answered;
}

Task<Result<std::optional<http::Response>>> Idempotency::take(const Claim& claim) {
  const TimePoint now = services_.clock.now();
  if (claim.id.back() == '0') co_await prune(now);  // one in sixteen tidies up for all
  const auto& settings = services_.settings;
  // Longer than any answer takes, or a slow one would be made twice.
  const auto longest = settings.ai_request_timeout * (settings.ai_max_retries + 2);
  const TimePoint abandoned = now - std::max<std::chrono::milliseconds>(kLeastLease, longest);
  auto values = store::params(claim.user, claim.key, claim.route, claim.hash, claim.id, now, now - kKeptFor, abandoned);
  const auto taken = co_await services_.database.query(kTake, std::move(values));
  if (!taken) co_return taken.error();
  if (!taken->empty()) co_return std::optional<http::Response>{};
  auto whose = store::params(claim.user, claim.key);
  const auto found = co_await services_.database.query(kFind, std::move(whose));
  if (!found) co_return found.error();
  const auto row = found->first();
  if (!row) co_return in_progress();  // it has just been forgotten
  if (row->text("request_hash") != claim.hash) co_return reused();
  if (row->is_null("status")) co_return in_progress();
  co_return std::optional<http::Response>(replayed(*row));
}

Task<void> Idempotency::keep(const Claim& claim, const Result<Answer>& answer) {
  std::optional<http::Response> response;
  if (answer) {
    response = *answer;
  } else {
    response = error_reply(answer.error(), claim.request_id);
  }
  if (!response || !is_final(response->status)) {
    co_await forget(claim);
    co_return;
  }
  auto values = store::params(claim.user, claim.key, claim.id, response->status, headers_to_keep(response->headers),
                              response->body);
  const auto kept = co_await services_.database.query(kKeep, std::move(values));
  if (!kept) log::warn("idempotency.not_kept", {{"request_id", claim.request_id}, {"detail", kept.error().log_detail}});
}

Task<void> Idempotency::forget(const Claim& claim) {
  auto values = store::params(claim.user, claim.key, claim.id);
  const auto gone = co_await services_.database.query(kForget, std::move(values));
  if (!gone)
    log::warn("idempotency.not_forgotten", {{"request_id", claim.request_id}, {"detail", gone.error().log_detail}});
}

Task<void> Idempotency::prune(TimePoint now) {
  auto values = store::params(now - kKeptFor);
  const auto pruned = co_await services_.database.query(kPrune, std::move(values));
  if (!pruned) log::warn("idempotency.not_pruned", {{"detail", pruned.error().log_detail}});
}

}  // namespace rapt::api
