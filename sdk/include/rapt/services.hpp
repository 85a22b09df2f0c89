// SPDX-License-Identifier: Apache-2.0
// What a module asks of its host while it is asked, in C++20.
//
//   explicit Greeter(const rapt::Host& host) : kv_(host.kv()) {}
//   …
//   const auto visits = kv_.add(rapt::Scope::kUser, "visits", 1);   // in a hook
//
// Each needs its permission in the manifest. Without it, or on a host that does not offer it, the object is false and every
// call throws Refused. What a call gives is copied: it may be kept.
#pragma once

#include <rapt/http.h>
#include <rapt/kv.h>
#include <rapt/metrics.h>
#include <rapt/sql.h>
#include <rapt/view.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rapt {
namespace detail {

/// A service that this module may have, or nothing.
template <class Table>
class Service {
 public:
  Service(const rapt_host* host, const Table* table) : host_(host), table_(table) {}
  [[nodiscard]] explicit operator bool() const { return table_ != nullptr; }

 protected:
  /// `call`: "kv.get". Throws Refused.
  template <class... Parameters, class... Arguments>
  void ask(const char* call, rapt_status (*Table::*function)(const rapt_host*, Parameters...), Arguments... arguments) const {
    const rapt_status status = try_ask(function, arguments...);
    if (status != RAPT_OK) throw Refused(Refused::Service{call}, status);
  }
  template <class... Parameters, class... Arguments>
  rapt_status try_ask(rapt_status (*Table::*function)(const rapt_host*, Parameters...), Arguments... arguments) const {
    return table_ == nullptr ? RAPT_E_NOT_ALLOWED : (table_->*function)(host_, arguments...);
  }

 private:
  const rapt_host* host_;
  const Table* table_;
};

inline rapt_text text_or_absent(const std::optional<std::string_view>& value) { return value ? text(*value) : rapt_text{nullptr, 0}; }

}  // namespace detail

/// Whose values: rapt_kv_scope.
enum class Scope { kModule = RAPT_KV_MODULE, kGroup = RAPT_KV_GROUP, kTool = RAPT_KV_TOOL, kUser = RAPT_KV_USER, kSession = RAPT_KV_SESSION };

/// Small values that outlive the process (rapt/kv.h, permission "kv").
class Kv : public detail::Service<rapt_kv_1> {
 public:
  using Service::Service;
  /// nullopt: nothing lies there.
  [[nodiscard]] std::optional<std::string> get(Scope scope, std::string_view key) const {
    rapt_text value{};
    ask("kv.get", &rapt_kv_1::get, of(scope), text(key), &value);
    return value.data == nullptr ? std::nullopt : std::optional<std::string>(view(value));
  }
  /// `ttl`: how long it stays, at most 400 days; 0: for good.
  void put(Scope scope, std::string_view key, std::string_view value, std::chrono::seconds ttl = {}) const {
    ask("kv.put", &rapt_kv_1::put, of(scope), text(key), text(value), std::int64_t{ttl.count()});
  }
  void erase(Scope scope, std::string_view key) const { ask("kv.erase", &rapt_kv_1::erase, of(scope), text(key)); }
  /// Adds to a whole number, in one step over all hosts; what is not there is 0. `ttl` counts when the number is made.
  std::int64_t add(Scope scope, std::string_view key, std::int64_t delta, std::chrono::seconds ttl = {}) const {
    std::int64_t sum = 0;
    ask("kv.add", &rapt_kv_1::add, of(scope), text(key), delta, std::int64_t{ttl.count()}, &sum);
    return sum;
  }
  /// Writes if what lies there equals `expected` (nullopt: if nothing does). Whether it did.
  [[nodiscard]] bool swap(Scope scope, std::string_view key, std::optional<std::string_view> expected, std::string_view value,
                          std::chrono::seconds ttl = {}) const {
    std::int32_t swapped = 0;
    ask("kv.swap", &rapt_kv_1::swap, of(scope), text(key), detail::text_or_absent(expected), text(value),
        std::int64_t{ttl.count()}, &swapped);
    return swapped != 0;
  }
  /// The keys that begin with `prefix` and come behind `after`, in their order: a JSON array.
  [[nodiscard]] std::string keys(Scope scope, std::string_view prefix, std::optional<std::string_view> after = std::nullopt,
                                 std::uint32_t limit = 1000) const {
    rapt_text json{};
    ask("kv.keys", &rapt_kv_1::keys, of(scope), text(prefix), detail::text_or_absent(after), limit, &json);
    return std::string(view(json));
  }

 private:
  static rapt_kv_scope of(Scope scope) { return static_cast<rapt_kv_scope>(scope); }
};

/// What PostgreSQL said of a statement of this module's.
class SqlFault : public Refused {
 public:
  SqlFault(const char* call, std::string json) : Refused(Refused::Service{call}, RAPT_E_INVALID), json_(std::move(json)) {}
  [[nodiscard]] const std::string& json() const noexcept { return json_; }  ///< {"sqlstate", "message", "position"}; may be empty

 private:
  std::string json_;
};

/// Tables of the module's own (rapt/sql.h, permission "sql"). JSON in and out; rapt/json.hpp reads and writes it.
class Sql : public detail::Service<rapt_sql_1> {
 public:
  using Service::Service;
  /// `params`: a JSON array for $1, $2, … Gives {"columns", "rows", "count"}.
  std::string query(std::string_view sql, std::string_view params = "[]") const {
    rapt_text json{};
    return given("sql.query", try_ask(&rapt_sql_1::query, text(sql), text(params), &json), json);
  }
  /// Several statements in one transaction: a JSON array of {"sql", "params"}. Gives an array of what `query` gives.
  std::string transact(std::string_view statements) const {
    rapt_text json{};
    return given("sql.transact", try_ask(&rapt_sql_1::transact, text(statements), &json), json);
  }

 private:
  static std::string given(const char* call, rapt_status status, rapt_text json) {
    if (status == RAPT_E_INVALID) throw SqlFault(call, std::string(view(json)));
    if (status != RAPT_OK) throw Refused(Refused::Service{call}, status);
    return std::string(view(json));
  }
};

/// Requests that the host makes (rapt/http.h, permission "http" with "hosts").
class Http : public detail::Service<rapt_http_1> {
 public:
  using Service::Service;
  struct Answer {
    bool arrived = false;  ///< else nobody answered, and `head` says why: {"error", "message"}
    std::string head;      ///< JSON: {"status", "headers", "url"}
    std::string body;      ///< base64 where the head says so
  };
  /// `request`: JSON {"method", "url", "headers", "timeout_ms", "redirects"}.
  [[nodiscard]] Answer request(std::string_view request, std::optional<std::string_view> body = std::nullopt) const {
    rapt_text head{}, answer{};
    const rapt_status status =
        try_ask(&rapt_http_1::request, text(request), detail::text_or_absent(body), &head, &answer);
    if (status != RAPT_OK && status != RAPT_E_UNAVAILABLE) throw Refused(Refused::Service{"http.request"}, status);
    return {status == RAPT_OK, std::string(view(head)), std::string(view(answer))};
  }
};

/// Figures for the admin (rapt/metrics.h, permission "metrics"). Never waits, and never throws: a module works without.
class Metrics : public detail::Service<rapt_metrics_1> {
 public:
  using Service::Service;
  rapt_status count(std::string_view name, std::int64_t delta = 1) const noexcept {
    return try_ask(&rapt_metrics_1::count, text(name), delta);
  }
  rapt_status observe(std::string_view name, double value) const noexcept {
    return try_ask(&rapt_metrics_1::observe, text(name), value);
  }
};

inline Kv Host::kv() const { return {host_, service<rapt_kv_1>(RAPT_SERVICE_KV_1)}; }
inline Sql Host::sql() const { return {host_, service<rapt_sql_1>(RAPT_SERVICE_SQL_1)}; }
inline Http Host::http() const { return {host_, service<rapt_http_1>(RAPT_SERVICE_HTTP_1)}; }
inline Metrics Host::metrics() const { return {host_, service<rapt_metrics_1>(RAPT_SERVICE_METRICS_1)}; }

}  // namespace rapt
