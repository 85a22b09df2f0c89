// SPDX-License-Identifier: AGPL-3.0-or-later
#include "trial_people.hpp"

#include "rapt/accounts/account_service.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"
#include "rapt/host/directory.hpp"
#include "rapt/host/grades.hpp"
#include "rapt/host/pseudonym.hpp"
#include "rapt/host/sessions.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/secret_box.hpp"
#include "world_tables.hpp"

namespace rapt::author {

using sandbox::Service;

namespace {

Error told(Error error) {
  error.message = "The world could not be made. " + error.message;
  if (!error.log_detail.empty()) error.message += " (" + printable(error.log_detail, 300) + ")";
  return error;
}

host::PseudonymOf pseudonyms() {
  return [](const std::string& tool, const std::string& module, const std::string& user) {
    return host::pseudonym(kTrialPseudonymKey, tool, module, user);
  };
}

}  // namespace

struct TrialPeople::Impl {
  Impl(store::Database& tables, World what, std::string name)
      : database(tables), world(std::move(what)), module(std::move(name)) {}

  Result<WorldState> state(bool put_first) const {
    auto work = [this, put_first](store::Transaction& tx) -> Result<WorldState> {
      if (put_first) RAPT_TRY(put_world(tx, world, module));
      return read_world_state(tx, module);
    };
    return runtime::run_blocking(database.transaction(std::move(work)));
  }

  store::Database& database;
  const World world;
  const std::string module;
  WorldState before{};
  SystemClock clock{};
  const security::SecretBox box{security::random_bytes(32)};
  identity::PasswordHasher passwords{};
  accounts::AccountService accounts{{database, clock, box, passwords, "http://school.example"}};
  host::DirectoryCapability directory{database, clock, accounts};
  host::SessionsCapability sessions{database, pseudonyms()};
  host::GradesCapability grades{database, clock, pseudonyms()};
};

TrialPeople::TrialPeople(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TrialPeople::~TrialPeople() = default;

Result<std::unique_ptr<TrialPeople>> TrialPeople::make(store::Database& database, World world,
                                                       const std::string& module) {
  auto impl = std::make_unique<Impl>(database, std::move(world), module);
  auto made = impl->state(true);
  if (!made) return told(made.error());
  impl->before = std::move(*made);
  return std::unique_ptr<TrialPeople>(new TrialPeople(std::move(impl)));
}

host::Capability* TrialPeople::of(Service service) const {
  switch (service) {
    case Service::kDirectory:
      return &impl_->directory;
    case Service::kSessions:
      return &impl_->sessions;
    case Service::kGrades:
      return &impl_->grades;
    default:
      return nullptr;
  }
}

const World& TrialPeople::world() const {
  return impl_->world;
}

std::string TrialPeople::complaint_about(const std::string& user_id) const {
  if (user_id.empty() || canonical_uuid(user_id)) return {};
  std::string known;
  for (const auto& name : impl_->world.names(World::Kind::kUser)) known += (known.empty() ? "" : ", ") + name;
  return "There is no user \"" + printable(user_id, 60) +
         "\" in the world of this trial (--world): " + printable(known, 400) + ".";
}

Result<std::vector<WorldChange>> TrialPeople::changes() {
  const auto after = impl_->state(false);
  if (!after) return after.error();
  return changes_between(impl_->before, *after, impl_->world);
}

}  // namespace rapt::author
