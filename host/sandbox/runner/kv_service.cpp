// SPDX-License-Identifier: AGPL-3.0-or-later
#include <rapt/kv.h>

#include <algorithm>

#include "services.hpp"

namespace rapt::runner {
namespace {

using sandbox::KvMethod;

Question question(KvMethod method, std::initializer_list<rapt_text> texts,
                  std::initializer_list<std::int64_t> numbers) {
  return {sandbox::Service::kKv, static_cast<std::uint32_t>(method), texts, numbers};
}

bool is_plain(rapt_text key) {
  return std::none_of(key.data, key.data + key.size,
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

rapt_status check_place(rapt_kv_scope scope, rapt_text key) {
  if (scope < RAPT_KV_MODULE || scope > RAPT_KV_SESSION || key.size == 0 || key.size > RAPT_KV_MAX_KEY_BYTES)
    return RAPT_E_INVALID;
  if (const rapt_status status = check_text(key, RAPT_KV_MAX_KEY_BYTES); status != RAPT_OK) return status;
  return is_plain(key) ? RAPT_OK : RAPT_E_INVALID;
}

rapt_status check_ttl(std::int64_t ttl_s) {
  return ttl_s < 0 || ttl_s > RAPT_KV_MAX_TTL_S ? RAPT_E_INVALID : RAPT_OK;
}

/// The first that is not RAPT_OK.
rapt_status first_fault(std::initializer_list<rapt_status> checks) {
  for (const rapt_status status : checks) {
    if (status != RAPT_OK) return status;
  }
  return RAPT_OK;
}

rapt_status get(const rapt_host*, rapt_kv_scope scope, rapt_text key, rapt_text* value) {
  if (value == nullptr) return RAPT_E_INVALID;
  *value = {nullptr, 0};
  if (const rapt_status status = check_place(scope, key); status != RAPT_OK) return status;
  HostAnswer answer;
  const rapt_status status = ask_host(question(KvMethod::kGet, {key}, {scope}), answer);
  if (status == RAPT_OK) *value = answer.text(0);
  return status;
}

rapt_status put(const rapt_host*, rapt_kv_scope scope, rapt_text key, rapt_text value, std::int64_t ttl_s) {
  const rapt_status fault =
      first_fault({check_place(scope, key), check_text(value, RAPT_KV_MAX_VALUE_BYTES), check_ttl(ttl_s)});
  if (fault != RAPT_OK) return fault;
  HostAnswer answer;
  return ask_host(question(KvMethod::kPut, {key, value}, {scope, ttl_s}), answer);
}

rapt_status erase(const rapt_host*, rapt_kv_scope scope, rapt_text key) {
  if (const rapt_status status = check_place(scope, key); status != RAPT_OK) return status;
  HostAnswer answer;
  return ask_host(question(KvMethod::kErase, {key}, {scope}), answer);
}

rapt_status add(const rapt_host*, rapt_kv_scope scope, rapt_text key, std::int64_t delta, std::int64_t ttl_s,
                std::int64_t* sum) {
  if (sum == nullptr) return RAPT_E_INVALID;
  *sum = 0;
  const rapt_status fault = first_fault({check_place(scope, key), check_ttl(ttl_s)});
  if (fault != RAPT_OK) return fault;
  HostAnswer answer;
  const rapt_status status = ask_host(question(KvMethod::kAdd, {key}, {scope, delta, ttl_s}), answer);
  if (status == RAPT_OK) *sum = answer.number(0);
  return status;
}

rapt_status swap(const rapt_host*, rapt_kv_scope scope, rapt_text key, rapt_text expected, rapt_text value,
                 std::int64_t ttl_s, std::int32_t* swapped) {
  if (swapped == nullptr) return RAPT_E_INVALID;
  *swapped = 0;
  const rapt_status old = expected.data == nullptr ? RAPT_OK : check_text(expected, RAPT_KV_MAX_VALUE_BYTES);
  const rapt_status fault =
      first_fault({check_place(scope, key), old, check_text(value, RAPT_KV_MAX_VALUE_BYTES), check_ttl(ttl_s)});
  if (fault != RAPT_OK) return fault;
  HostAnswer answer;
  const rapt_status status = ask_host(question(KvMethod::kSwap, {key, expected, value}, {scope, ttl_s}), answer);
  if (status == RAPT_OK) *swapped = answer.number(0) != 0 ? 1 : 0;
  return status;
}

rapt_status keys(const rapt_host*, rapt_kv_scope scope, rapt_text prefix, rapt_text after, std::uint32_t limit,
                 rapt_text* json) {
  if (json == nullptr) return RAPT_E_INVALID;
  *json = {nullptr, 0};
  if (scope < RAPT_KV_MODULE || scope > RAPT_KV_SESSION || limit == 0 || limit > RAPT_KV_MAX_KEYS)
    return RAPT_E_INVALID;
  if (prefix.data == nullptr) prefix = {"", 0};
  for (const rapt_text part : {prefix, after}) {
    if (part.data == nullptr) continue;
    if (part.size > RAPT_KV_MAX_KEY_BYTES || check_text(part, RAPT_KV_MAX_KEY_BYTES) != RAPT_OK || !is_plain(part))
      return RAPT_E_INVALID;
  }
  HostAnswer answer;
  const rapt_status status = ask_host(question(KvMethod::kKeys, {prefix, after}, {scope, limit}), answer);
  if (status == RAPT_OK) *json = answer.text(0);
  return status;
}

const rapt_kv_1 kv_table = {get, put, erase, add, swap, keys};

}  // namespace

const void* const kv_service = &kv_table;

}  // namespace rapt::runner
