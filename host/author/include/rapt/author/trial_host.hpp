// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/bundle/bundle.hpp"
#include "rapt/host/services.hpp"

namespace rapt::author {

class World;

/// Which services of a host stand behind a module that is tried out. Values (kv), jobs, events and an AI that says what
/// was written down always do, in memory.
struct TrialOptions {
  std::filesystem::path kv_file{};  ///< read at the start when it is there, written by close(); "": memory alone
  bool network = false;             ///< http is really asked, under the hosts of the manifest
  bool private_addresses = false;   ///< with `network`: loopback and private networks, and other ports, too
  std::filesystem::path ca_file{};  ///< PEM; authorities that are trusted beside the system's
  std::map<std::string, std::string> secrets{};  ///< of the settings, by name
  std::size_t most_requests = 0;                 ///< of http; 0: any number
  std::vector<std::string>
      ai_answers{};                  ///< to its questions to an AI, in order, the last again and again; see ScriptedAi
  std::string settings_json = "{}";  ///< as administrators made them: what "http" to "@settings" may reach
  /// A server for sql, directory, sessions and grades: tables lie in a database of their own there, which goes again.
  std::string database_url{};
  std::filesystem::path migrations{};  ///< of the core, for a module that asks about people
  std::filesystem::path world_file{};  ///< about whom it asks (sdk/world/world.schema.json); "": the built-in world
};

/// One question of the module to its host.
struct ServiceCall {
  std::string name;                   ///< "kv.get"
  std::optional<rapt_status> status;  ///< nullopt: the call was over before it was answered
  std::chrono::microseconds took{0};  ///< in the host
  std::string complaint{};            ///< a sentence, when it was refused: what to change
};

/// What a module has changed of the world that it asks about.
struct WorldChange {
  enum class What { kCreated, kUpdated, kRemoved };
  std::string kind;  ///< "user", "group", "class", "member", "enrollment", "grade"
  What what{};
  std::string in_names;                     ///< JSON, with the author's names for ids
  std::string before_json{}, after_json{};  ///< "" where there is none
};
std::string_view name(WorldChange::What what);  ///< "created", "updated", "removed"
std::string_view name(rapt_status status);  ///< "ok", "invalid", "too large", "not allowed", "unavailable", "failed"

/// A host to ask for `rapt run` and `rapt check`: the services of host/capabilities, without an instance. Whatever the
/// manifest asks for is offered; what the options do not allow is refused by a sentence that names the option. One
/// thread; outlives the workbench that it is given to.
class TrialHost final : public host::ServiceHost {
 public:
  /// Makes the module's role and tables where it asks for sql, and the world where it asks about people, if there is a
  /// database. kInvalid (the files with values and with the world, with paths), kConflict (a migration fails, or the
  /// account may not make databases or roles), kUnavailable.
  static Result<std::unique_ptr<TrialHost>> open(const bundle::Bundle& bundle, const TrialOptions& options);
  ~TrialHost() override;  ///< drops the tables; does not write the file

  [[nodiscard]] bool offers(sandbox::Service service) const override;
  Task<host::ServiceAnswer> serve(host::ServiceRequest request) override;

  /// What was asked since the last call, oldest first; the first thousand are kept.
  std::vector<ServiceCall> take_calls();
  /// About whom it may ask; nullptr when there is nobody. Lives as long as this.
  [[nodiscard]] const World* world() const;
  /// Writes the file with values, sees what has changed in the world, and drops the tables. What could not be done, as
  /// an error.
  Result<void> close();
  /// What close() has seen.
  [[nodiscard]] const std::vector<WorldChange>& changes() const;

 private:
  struct Impl;
  explicit TrialHost(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::author
