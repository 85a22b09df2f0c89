// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ceremony.hpp"
#include "ceremony_folder.hpp"
#include "key_folder.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;

constexpr days kLifetime{365}, kAhead{60};

struct Made {
  const fs::path folder;
  const TimePoint now;
  std::vector<fs::path> files{};

  [[nodiscard]] TimePoint expires() const { return std::chrono::floor<std::chrono::seconds>(now) + kLifetime; }
  [[nodiscard]] fs::path key_path(std::string_view role) const {
    const bool offline = role == "root" || role == "targets" || role == kReleasesRole;
    return folder / (offline ? "offline" : "online") / (std::string(role) + ".key");
  }
  [[nodiscard]] fs::path metadata() const { return folder / "metadata"; }

  Result<void> ensure_key(std::string_view role) {
    const auto path = key_path(role);
    std::error_code failure;
    if (fs::exists(path, failure)) return {};
    RAPT_TRY(make_folder(path.parent_path()));
    RAPT_TRY(make_key(path, std::string(role) + " of a registry for development"));
    files.push_back(path);
    return {};
  }

  static Result<void> make_folder(const fs::path& path) {
    std::error_code failure;
    if (fs::create_directories(path, failure)) fs::permissions(path, fs::perms::owner_all, failure);
    if (failure) return Error::invalid(path.string(), "The folder cannot be made: " + failure.message() + ".");
    return {};
  }

  /// The key of one role, as a ceremony adds it.
  Result<void> add(RoleChanges& changes, const std::string& role) const {
    const auto key = read_public_key(key_path(role));
    if (!key) return key.error();
    changes[role].add = {*key};
    return {};
  }

  template <class Document>
  Result<void> write(const Document& document, const std::string& role) {
    const auto key = read_private_key(key_path(role));
    if (!key) return key.error();
    const auto path = document_path(metadata(), role, document.version);
    const std::vector<const security::PrivateKey*> keys = {&*key};
    RAPT_TRY(write_new(path, tuf::sign_document(document, keys)));
    files.push_back(path);
    return {};
  }

  Result<void> make_root() {
    const auto before = newest_root(metadata());
    if (!before) return before.error();
    if (*before && (*before)->document.expires > now + kAhead) return {};
    RoleChanges changes;
    for (const char* role : {"root", "targets", "snapshot", "timestamp"}) RAPT_TRY(add(changes, role));
    const auto next = change_root(*before ? (*before)->document : tuf::Root{}, changes, expires());
    if (!next) return next.error();
    return write(*next, "root");
  }

  Result<void> make_targets() {
    const auto before = newest_targets(metadata(), "targets");
    if (!before) return before.error();
    if (*before && (*before)->document.expires > now + kAhead) return {};
    TargetsChange change;
    for (const auto role : {kReleasesRole, kCommunityRole, kRegistryRole})
      RAPT_TRY(add(change.roles, std::string(role)));
    const auto next = change_targets(*before ? (*before)->document : tuf::Targets{}, change, expires());
    if (!next) return next.error();
    return write(*next, "targets");
  }
};

}  // namespace

Result<std::vector<fs::path>> develop(const fs::path& folder, TimePoint now) {
  Made made{folder, now};
  for (const std::string_view role :
       {std::string_view("root"), std::string_view("targets"), kReleasesRole, std::string_view("snapshot"),
        std::string_view("timestamp"), kCommunityRole, kRegistryRole})
    RAPT_TRY(made.ensure_key(role));
  RAPT_TRY(Made::make_folder(made.metadata()));
  RAPT_TRY(made.make_root());
  RAPT_TRY(made.make_targets());
  return std::move(made.files);
}

}  // namespace rapt::marketplace
