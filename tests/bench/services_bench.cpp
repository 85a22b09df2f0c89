// SPDX-License-Identifier: AGPL-3.0-or-later
// A value asked for from inside a hook, as the module's clock sees it: of a host that answers at once, and of the real
// one over PostgreSQL, beside the same statement asked by the host itself.
#include <chrono>
#include <cstdlib>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "bench.hpp"
#include "module_house.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/host/kv.hpp"
#include "rapt/store/database.hpp"
#include "rapt/store/scratch_schema.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kWarmUp = 200, kHooks = 3000, kInSeries = 1000;
constexpr double kWanted = 40;  ///< microseconds, without the database's time
constexpr const char* kUser = "11111111-1111-4111-8111-111111111111";

class AtOnce final : public host::ServiceHost {
 public:
  [[nodiscard]] bool offers(sandbox::Service service) const override { return service == sandbox::Service::kKv; }
  Task<host::ServiceAnswer> serve(host::ServiceRequest) override {
    host::ServiceAnswer answer{.texts = {"value"}};
    co_return answer;
  }
};

struct Samples {
  std::vector<double> single, series;
};

Task<void> ask(host::Supervisor& supervisor, int gets, std::vector<double>& out) {
  hooks::Context context;
  context.user.id = kUser;
  context.current = hooks::Message{"user", std::to_string(gets), 1, {}};
  const std::string config = "{}";
  const auto answer = co_await supervisor.call("bench-kv", hooks::Point::kChatBeforeAi, context, config,
                                               std::chrono::milliseconds(10000));
  if (answer.kind != hooks::Answer::Kind::kContinue || answer.extractions.empty())
    throw std::runtime_error("a hook was not answered: " + answer.text);
  for (const double ns : nlohmann::json::parse(answer.extractions[0].data_json)) out.push_back(ns / 1000);
}

Task<void> ask_all(host::Supervisor& supervisor, Samples& samples) {
  std::vector<double> warm_up;
  for (int i = 0; i < kWarmUp; ++i) co_await ask(supervisor, 1, warm_up);
  for (int i = 0; i < kHooks; ++i) co_await ask(supervisor, 1, samples.single);
  co_await ask(supervisor, kInSeries, samples.series);
}

Samples measure_with(host::ServiceHost& services) {
  ModuleHouse house({{"bench-kv", RAPT_BENCH_KV_MODULE, R"([{"point":"chat:before_ai","timeout_ms":10000}])",
                      R"([{"name":"kv","reason":"It is measured."}])"}},
                    &services);
  house.wait_running();
  Samples samples;
  house.run(ask_all(house.supervisor(), samples));
  return samples;
}

std::vector<Figure> measure() {
  AtOnce services;
  auto samples = measure_with(services);
  return {{"service_kv_get_p50", quantile(samples.single, 0.5), "us", kWanted},
          {"service_kv_get_p99", quantile(samples.single, 0.99), "us"},
          {"service_kv_get_in_series_p50", quantile(samples.series, 0.5), "us", kWanted}};
}

constexpr store::Statement kGet{"bench.kv_get", R"(
  SELECT value FROM module_kv WHERE module = $1 AND scope = $2::smallint AND scope_id = $3::uuid AND key = $4
     AND (expires_at IS NULL OR expires_at > $5::timestamptz))"};

Task<void> ask_database(store::Database& database, std::vector<double>& out) {
  for (int i = 0; i < kWarmUp + kHooks; ++i) {
    store::Params values;
    values.add("bench-kv").add(4).add(kUser).add("key").add(SystemClock().now());
    const auto start = Clock::now();
    const auto rows = co_await database.query(kGet, values);
    if (!rows) throw std::runtime_error(rows.error().message);
    if (i >= kWarmUp) out.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
}

std::vector<Figure> measure_postgresql() {
  const store::ScratchSchema schema(RAPT_BENCH_DIR "/../../migrations/core");
  store::Database database({.url = schema.url(), .connections = 2});
  const SystemClock clock;
  host::Capabilities capabilities;
  capabilities.add(sandbox::Service::kKv, std::make_unique<host::KvCapability>(database, clock));
  auto samples = measure_with(capabilities);
  std::vector<double> bare;
  ModuleHouse house(1);
  house.run(ask_database(database, bare));
  return {{"service_kv_get_postgresql_p50", quantile(samples.single, 0.5), "us", quantile(bare, 0.5)},
          {"service_kv_get_postgresql_in_series_p50", quantile(samples.series, 0.5), "us", quantile(bare, 0.5)}};
}

const Group group("services", measure);
const Group postgresql_group("services-postgresql", measure_postgresql, true);

}  // namespace
}  // namespace rapt::bench
