// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/kv.hpp"

#include <rapt/kv.h>

#include <utility>

#include "asked.hpp"
#include "rapt/base/log.hpp"
#include "rapt/sandbox/check.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {
namespace {

using sandbox::KvMethod;
using store::Statement;

constexpr const char* kNobody = "00000000-0000-0000-0000-000000000000";

constexpr Statement kGet{"kv.get", R"(
  SELECT value FROM module_kv WHERE module = $1 AND scope = $2::smallint AND scope_id = $3::uuid AND key = $4
     AND (expires_at IS NULL OR expires_at > $5::timestamptz))"};
constexpr Statement kPut{"kv.put", R"(
  SELECT CASE WHEN put_module_value($1, $2::smallint, $3::uuid, $4, $6, $7::timestamptz, $5::timestamptz)
         THEN 1 ELSE -1 END AS outcome)"};
constexpr Statement kErase{"kv.erase", R"(
  DELETE FROM module_kv WHERE module = $1 AND scope = $2::smallint AND scope_id = $3::uuid AND key = $4)"};
constexpr Statement kAdd{"kv.add", R"(
  SELECT outcome, total FROM add_module_value($1, $2::smallint, $3::uuid, $4, $6::bigint, $7::timestamptz, $5::timestamptz))"};
constexpr Statement kSwap{"kv.swap", R"(
  SELECT swap_module_value($1, $2::smallint, $3::uuid, $4, $6, $7, $8::timestamptz, $5::timestamptz) AS outcome)"};
// No key that begins with $4 comes behind $4 and as many of the last character as a key can hold.
constexpr Statement kKeys{"kv.keys", R"(
  SELECT coalesce(json_agg(k.key ORDER BY k.key), '[]') AS keys FROM (
    SELECT key FROM module_kv WHERE module = $1 AND scope = $2::smallint AND scope_id = $3::uuid
       AND key >= $4 AND key <= $4 || repeat(chr(1114111), 64) AND key > $6
       AND (expires_at IS NULL OR expires_at > $5::timestamptz) ORDER BY key LIMIT $7::integer) AS k)"};
constexpr Statement kMakeRoom{"kv.make_room", "SELECT end_module_values($1, $2::timestamptz) AS ended"};

bool is_value(const std::optional<std::string>& text) {
  return text && sandbox::is_plain_text(*text);  // its size has been looked at
}

/// C0, DEL and C1, which begin with C2 in UTF-8.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

bool is_key(const std::optional<std::string>& key, std::size_t least = 1) {
  return key && key->size() >= least && key->size() <= RAPT_KV_MAX_KEY_BYTES && sandbox::is_plain_text(*key) &&
         !has_control(*key);
}

/// Whose values: nullptr for a number that is no scope; "" when the call is about nobody in it.
const char* id_in(std::int64_t scope, const ServiceScope& about) {
  switch (scope) {
    case RAPT_KV_MODULE:
      return kNobody;
    case RAPT_KV_GROUP:
      return about.group_id.c_str();
    case RAPT_KV_TOOL:
      return about.tool_id.c_str();
    case RAPT_KV_USER:
      return about.user_id.c_str();
    case RAPT_KV_SESSION:
      return about.session_id.c_str();
    default:
      return nullptr;
  }
}

bool is_ttl(std::int64_t seconds) {
  return seconds >= 0 && seconds <= RAPT_KV_MAX_TTL_S;
}

std::optional<TimePoint> until(TimePoint now, std::int64_t seconds) {
  return seconds == 0 ? std::nullopt : std::optional<TimePoint>(now + std::chrono::seconds(seconds));
}

/// One call as a statement: which one, and what is bound behind module, scope, whose, key and time.
struct Asked {
  const Statement* statement = nullptr;
  store::Params params{};
};

/// nullopt: something is not as the header asks for.
std::optional<Asked> asked_of(const ServiceRequest& request, const char* whose, TimePoint now) {
  const auto& texts = request.texts;
  const auto& numbers = request.numbers;
  auto bound = store::params(request.module, numbers[0], whose);
  const auto with_key = [&] { bound.add(*texts[0]).add(now); };
  switch (static_cast<KvMethod>(request.method)) {
    case KvMethod::kGet:
      if (!has(request, 1, 1) || !is_key(texts[0])) return std::nullopt;
      with_key();
      return Asked{&kGet, std::move(bound)};
    case KvMethod::kPut:
      if (!has(request, 2, 2) || !is_key(texts[0]) || !is_value(texts[1]) || !is_ttl(numbers[1])) return std::nullopt;
      with_key();
      return Asked{&kPut, std::move(bound.add(*texts[1]).add(until(now, numbers[1])))};
    case KvMethod::kErase:
      if (!has(request, 1, 1) || !is_key(texts[0])) return std::nullopt;
      return Asked{&kErase, std::move(bound.add(*texts[0]))};
    case KvMethod::kAdd:
      if (!has(request, 1, 3) || !is_key(texts[0]) || !is_ttl(numbers[2])) return std::nullopt;
      with_key();
      return Asked{&kAdd, std::move(bound.add(numbers[1]).add(until(now, numbers[2])))};
    case KvMethod::kSwap:
      if (!has(request, 3, 2) || !is_key(texts[0]) || (texts[1] && !is_value(texts[1])) || !is_value(texts[2]) ||
          !is_ttl(numbers[1]))
        return std::nullopt;
      with_key();
      return Asked{&kSwap, std::move(bound.add(texts[1]).add(*texts[2]).add(until(now, numbers[1])))};
    case KvMethod::kKeys: {
      const std::optional<std::string> prefix = has(request, 2, 2) && !texts[0] ? std::string() : texts[0];
      if (!has(request, 2, 2) || !is_key(prefix, 0) || (texts[1] && !is_key(texts[1], 0)) || numbers[1] < 1 ||
          numbers[1] > RAPT_KV_MAX_KEYS)
        return std::nullopt;
      bound.add(*prefix).add(now).add(texts[1].value_or("")).add(numbers[1]);
      return Asked{&kKeys, std::move(bound)};
    }
  }
  return std::nullopt;
}

ServiceAnswer answer_of(KvMethod method, const store::Rows& rows) {
  switch (method) {
    case KvMethod::kGet:
      return answered(rows.empty() ? std::nullopt : std::optional<std::string>(rows[0].text("value")));
    case KvMethod::kAdd:
      return rows[0].integer("outcome") == 1 ? answered(rows[0].integer("total")) : refused(RAPT_E_INVALID);
    case KvMethod::kSwap:
      return answered(rows[0].integer("outcome"));
    case KvMethod::kKeys:
      return answered(rows[0].text("keys"));
    case KvMethod::kPut:
    case KvMethod::kErase:
      break;
  }
  return {};
}

bool is_full(KvMethod method, const store::Rows& rows) {
  const bool writes = method == KvMethod::kPut || method == KvMethod::kAdd || method == KvMethod::kSwap;
  return writes && rows[0].integer("outcome") == -1;
}

ServiceAnswer failed_kv(const ServiceRequest& request, const Error& error) {
  // The group, tool or person whose value it was to be has been deleted meanwhile.
  if (error.kind == ErrorKind::kInvalid && error.part.ends_with("_fkey")) return refused(RAPT_E_NOT_ALLOWED);
  log::warn("module.kv_failed", {{"module", request.module}, {"detail", error.log_detail}});
  return refused(RAPT_E_UNAVAILABLE);
}

}  // namespace

Task<ServiceAnswer> KvCapability::call(ServiceRequest request) {
  if (request.numbers.empty() || request.texts.empty()) co_return refused(RAPT_E_INVALID);
  for (const auto& text : request.texts) {
    if (text && text->size() > RAPT_KV_MAX_VALUE_BYTES) co_return refused(RAPT_E_TOO_LARGE);
  }
  const char* whose = id_in(request.numbers[0], request.scope);
  if (whose == nullptr) co_return refused(RAPT_E_INVALID);
  const TimePoint now = clock_.now();
  const auto asked = asked_of(request, whose, now);
  if (!asked) co_return refused(RAPT_E_INVALID);
  if (*whose == '\0') co_return refused(RAPT_E_NOT_ALLOWED);
  if (std::chrono::steady_clock::now() >= request.deadline) co_return refused(RAPT_E_UNAVAILABLE);
  const auto method = static_cast<KvMethod>(request.method);
  auto rows = co_await database_.query(*asked->statement, asked->params);
  if (rows && is_full(method, *rows)) {
    // Values whose time is over are nobody's room. A statement of its own: it must not hold others up meanwhile.
    const auto ended = co_await database_.query(kMakeRoom, store::params(request.module, now));
    if (!ended) co_return failed_kv(request, ended.error());
    if ((*ended)[0].integer("ended") > 0) rows = co_await database_.query(*asked->statement, asked->params);
  }
  if (!rows) co_return failed_kv(request, rows.error());
  if (is_full(method, *rows)) co_return refused(RAPT_E_TOO_LARGE, "It has used up the 16 MiB that it may keep (kv).");
  co_return answer_of(method, *rows);
}

}  // namespace rapt::host
