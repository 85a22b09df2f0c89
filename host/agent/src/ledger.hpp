// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rapt/agent/platform.hpp"
#include "rapt/agent/strategy.hpp"
#include "rapt/security/secret_box.hpp"

namespace rapt::agent {

/// What an agent writes about itself and its work.
class Ledger {
 public:
  /// `gone`: for how long an agent must have been silent before others end what it had begun. All outlive it.
  struct Options {
    std::string name, deployment, public_url;
    std::chrono::seconds gone = std::chrono::minutes(10);
  };
  Ledger(store::Database& database, const security::SecretBox& box, Options options)
      : database_(database), box_(box), options_(std::move(options)) {}

  /// The agent is there, and runs that.
  Task<Result<void>> say_present(std::string version, std::optional<std::string> previous);
  /// Only that it is there.
  Task<Result<void>> stay();
  /// Ends what agents had begun, or were asked for, that have gone.
  Task<Result<void>> end_abandoned();

  /// What was asked of this agent, which has it now.
  Task<Result<std::optional<UpdateRecord>>> take_request();
  /// Begins an update that nobody was asked for. nullopt when another update is asked for or under way.
  Task<Result<std::optional<UpdateRecord>>> begin(std::string from, std::string to);
  /// What this agent had under way when its process ended; also what others have ended since as abandoned.
  Task<Result<std::optional<UpdateRecord>>> unfinished();

  Task<Result<void>> at(std::string id, std::string phase, std::string detail);
  /// It is over: the row, what is held, the letters, and the next agent's turn, in one transaction. Nothing is held
  /// when `began` is false: the work could not even begin, which says nothing about the release.
  Task<Result<void>> finish(UpdateRecord update, Outcome outcome, bool began);

 private:
  store::Database& database_;
  const security::SecretBox& box_;
  Options options_;
};

}  // namespace rapt::agent
