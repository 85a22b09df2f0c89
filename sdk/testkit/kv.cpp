// SPDX-License-Identifier: Apache-2.0
// rapt.kv in memory.
#include <algorithm>
#include <charconv>

#include "services.hpp"

namespace rapt::testkit {
namespace {

bool is_plain_key(rapt_text key, std::size_t least) {
  return key.size >= least && key.size <= RAPT_KV_MAX_KEY_BYTES && check_text(key, RAPT_KV_MAX_KEY_BYTES) == RAPT_OK &&
         std::none_of(key.data, key.data + key.size,
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

rapt_status find_place(const MemoryHost& host, rapt_kv_scope scope, rapt_text key, std::size_t least,
                       Services::Place& place) {
  if (host.scene == nullptr) return RAPT_E_NOT_ALLOWED;
  if (scope < RAPT_KV_MODULE || scope > RAPT_KV_SESSION || !is_plain_key(key, least)) return RAPT_E_INVALID;
  const std::string* owners[] = {nullptr, &host.scene->group_id, &host.scene->tool_id, &host.scene->user_id,
                                 &host.scene->session_id};
  const std::string* owner = owners[scope - RAPT_KV_MODULE];
  if (owner != nullptr && owner->empty()) return RAPT_E_NOT_ALLOWED;
  place = {scope, owner == nullptr ? "" : *owner, std::string(view_of(key))};
  return RAPT_OK;
}

/// What lies there and is not gone.
const Services::Value* find(MemoryHost& host, const Services::Place& place) {
  const auto found = host.services.values.find(place);
  if (found == host.services.values.end()) return nullptr;
  if (found->second.gone_at_ms == 0 || found->second.gone_at_ms > host.scene->now_ms) return &found->second;
  host.services.values.erase(found);
  return nullptr;
}

std::int64_t end_of(const MemoryHost& host, std::int64_t ttl_s) {
  return ttl_s == 0 ? 0 : host.scene->now_ms + ttl_s * 1000;
}

bool is_ttl(std::int64_t ttl_s) {
  return ttl_s >= 0 && ttl_s <= RAPT_KV_MAX_TTL_S;
}

rapt_status get(const rapt_host* base, rapt_kv_scope scope, rapt_text key, rapt_text* value) {
  auto& host = memory(base);
  Services::Place place;
  *value = {nullptr, 0};
  if (const auto status = find_place(host, scope, key, 1, place); status != RAPT_OK) return status;
  if (const auto* found = find(host, place)) *value = give(host, 0, found->text);
  return RAPT_OK;
}

rapt_status put(const rapt_host* base, rapt_kv_scope scope, rapt_text key, rapt_text value, std::int64_t ttl_s) {
  auto& host = memory(base);
  Services::Place place;
  if (const auto status = find_place(host, scope, key, 1, place); status != RAPT_OK) return status;
  if (const auto status = check_text(value, RAPT_KV_MAX_VALUE_BYTES); status != RAPT_OK) return status;
  if (!is_ttl(ttl_s)) return RAPT_E_INVALID;
  host.services.values[place] = {std::string(view_of(value)), end_of(host, ttl_s)};
  return RAPT_OK;
}

rapt_status erase(const rapt_host* base, rapt_kv_scope scope, rapt_text key) {
  auto& host = memory(base);
  Services::Place place;
  const auto status = find_place(host, scope, key, 1, place);
  if (status == RAPT_OK) host.services.values.erase(place);
  return status;
}

rapt_status add(const rapt_host* base, rapt_kv_scope scope, rapt_text key, std::int64_t delta, std::int64_t ttl_s,
                std::int64_t* sum) {
  auto& host = memory(base);
  Services::Place place;
  *sum = 0;
  if (const auto status = find_place(host, scope, key, 1, place); status != RAPT_OK) return status;
  if (!is_ttl(ttl_s)) return RAPT_E_INVALID;
  const auto* found = find(host, place);
  std::int64_t before = 0;
  if (found != nullptr) {
    const char* const end = found->text.data() + found->text.size();
    const auto read = std::from_chars(found->text.data(), end, before);
    if (read.ec != std::errc{} || read.ptr != end) return RAPT_E_INVALID;
  }
  if (__builtin_add_overflow(before, delta, sum)) {
    *sum = 0;
    return RAPT_E_INVALID;
  }
  host.services.values[place] = {std::to_string(*sum), found != nullptr ? found->gone_at_ms : end_of(host, ttl_s)};
  return RAPT_OK;
}

rapt_status swap(const rapt_host* base, rapt_kv_scope scope, rapt_text key, rapt_text expected, rapt_text value,
                 std::int64_t ttl_s, std::int32_t* swapped) {
  auto& host = memory(base);
  Services::Place place;
  *swapped = 0;
  if (const auto status = find_place(host, scope, key, 1, place); status != RAPT_OK) return status;
  if (expected.data != nullptr) {
    if (const auto status = check_text(expected, RAPT_KV_MAX_VALUE_BYTES); status != RAPT_OK) return status;
  }
  const auto* found = find(host, place);
  const bool same =
      found == nullptr ? expected.data == nullptr : expected.data != nullptr && found->text == view_of(expected);
  if (same) {
    if (const auto status = put(base, scope, key, value, ttl_s); status != RAPT_OK) return status;
    *swapped = 1;
    return RAPT_OK;
  }
  if (const auto status = check_text(value, RAPT_KV_MAX_VALUE_BYTES); status != RAPT_OK) return status;
  return is_ttl(ttl_s) ? RAPT_OK : RAPT_E_INVALID;
}

std::string quoted_key(std::string_view key) {
  std::string out = "\"";
  for (const char c : key) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

rapt_status keys(const rapt_host* base, rapt_kv_scope scope, rapt_text prefix, rapt_text after, std::uint32_t limit,
                 rapt_text* json) {
  auto& host = memory(base);
  Services::Place place;
  *json = {nullptr, 0};
  if (prefix.data == nullptr) prefix = {"", 0};
  if (const auto status = find_place(host, scope, prefix, 0, place); status != RAPT_OK) return status;
  if (limit == 0 || limit > 1000 || (after.data != nullptr && !is_plain_key(after, 0))) return RAPT_E_INVALID;
  std::vector<Services::Place> there;
  for (const auto& [at, value] : host.services.values) {
    const bool fits = at.scope == place.scope && at.owner == place.owner && at.key.starts_with(place.key);
    if (fits && (after.data == nullptr || at.key > view_of(after))) there.push_back(at);
  }
  std::string list = "[";
  for (const auto& at : there) {
    if (limit == 0) break;
    if (find(host, at) == nullptr) continue;
    list += (list.size() == 1 ? "" : ",") + quoted_key(at.key);
    --limit;
  }
  *json = give(host, 0, list + "]");
  return RAPT_OK;
}

}  // namespace

const rapt_kv_1 kv_service = {get, put, erase, add, swap, keys};

}  // namespace rapt::testkit
