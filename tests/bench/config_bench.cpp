// SPDX-License-Identifier: AGPL-3.0-or-later
// An administrator saves a setting on one host; how long until the module on another one is asked with it. The two
// share PostgreSQL and nothing else.
#include <chrono>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "bench.hpp"
#include "module_house.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/module_settings/configured_caller.hpp"
#include "rapt/module_settings/settings.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;
using module_settings::ConfigSchema;

constexpr int kRounds = 200;
constexpr double kMost = 1000;                           ///< milliseconds
constexpr std::chrono::milliseconds kBetweenLooks{500};  ///< of a host at the settings' version
constexpr std::chrono::milliseconds kGivenUp{30000};
const std::string kModule = "bench-config";
constexpr const char* kSchema = R"({"type":"object","properties":{"round":{"type":"integer"}}})";
constexpr const char* kAda = "11111111-1111-4111-8111-111111111111";

/// The other host: connections, settings and the module's process are its own.
struct Host {
  Host(const store::Database::Options& options, const security::SecretBox& box)
      : database(options),
        house({{.name = kModule,
                .library = RAPT_BENCH_CONFIG_MODULE,
                .hooks_json = R"([{"point":"chat:before_ai","timeout_ms":10000}])",
                .config_schema = kSchema}}),
        live(database, box, house.supervisor()),
        caller(house.supervisor(), live) {
    house.wait_running();
    boost::asio::co_spawn(house.loop(), live.follow(), boost::asio::detached);
  }
  ~Host() { house.run(live.stop()); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  store::Database database;
  ModuleHouse house;
  module_settings::LiveSettings live;
  module_settings::ConfiguredCaller caller;
};

/// The one where it is changed.
struct World {
  World() {
    scratch->script(std::string("INSERT INTO groups (id, name, type) VALUES ('") + kAda +
                    "', 'District', 'district');" + "INSERT INTO users (id, email, name) VALUES ('" + kAda +
                    "', 'ada@example.org', 'Ada');" + "INSERT INTO group_members (group_id, user_id, role) VALUES ('" +
                    kAda + "', '" + kAda +
                    "', 'system_admin'); INSERT INTO modules (name, version, digest, manifest) VALUES ('" + kModule +
                    "', '1.0.0', repeat('a', 64), '{}')");
    auto loaded = runtime::run_blocking(identity::load_actor(**scratch, UserId::trusted(kAda)));
    if (!loaded) throw std::runtime_error(loaded.error().message);
    ada = std::move(*loaded);
  }
  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  security::SecretBox box{"the key of a world that lives for one measurement"};
  module_settings::Administration administration{**scratch, box};
  ConfigSchema schema = *ConfigSchema::compile(kSchema);
  identity::Actor ada;
};

Task<std::string> seen_by_the_module(Host& host) {
  hooks::Context context;
  context.current = hooks::Message{"user", "What holds?", 1, {}};
  const std::string own = "{}";
  const auto answer =
      co_await host.caller.call(kModule, hooks::Point::kChatBeforeAi, context, own, std::chrono::milliseconds(10000));
  if (answer.kind != hooks::Answer::Kind::kContinue || answer.extractions.empty())
    throw std::runtime_error("a hook was not answered: " + answer.text);
  co_return answer.extractions[0].data_json;
}

Task<void> change(World& world, Host& host, int round, std::vector<double>& out) {
  // A change comes at any moment between two looks, not just behind one.
  co_await runtime::sleep_for(round * 191 % kBetweenLooks.count() * std::chrono::milliseconds(1));
  module_settings::Change wanted;
  wanted.settings_json = R"({"round":)" + std::to_string(round) + "}";
  module_settings::Place place;
  place.module = kModule;
  const std::string expected = wanted.settings_json;
  const auto start = Clock::now();
  auto saving = world.administration.replace(world.ada, place, world.schema, wanted, std::nullopt);
  const auto saved = co_await std::move(saving);
  if (!saved) throw std::runtime_error(saved.error().message);
  for (;;) {
    const std::string seen = co_await seen_by_the_module(host);
    if (seen == expected) break;
    if (Clock::now() - start > kGivenUp) throw std::runtime_error("the module was never told of a change");
    co_await runtime::sleep_for(std::chrono::milliseconds(1));
  }
  out.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
}

Task<void> change_all(World& world, Host& host, std::vector<double>& out) {
  for (int round = 1; round <= kRounds; ++round) co_await change(world, host, round, out);
}

std::vector<Figure> measure() {
  World world;
  std::vector<double> times;
  {
    Host host(world.scratch->options(), world.box);
    host.house.run(change_all(world, host, times));
  }
  return {{"config_change_seen_on_another_host_p50", quantile(times, 0.5), "ms", kMost},
          {"config_change_seen_on_another_host_p99", quantile(times, 0.99), "ms", kMost},
          {"config_change_seen_on_another_host_max", times.back(), "ms", kMost}};
}

const Group group("config", measure, true);

}  // namespace
}  // namespace rapt::bench
