// SPDX-License-Identifier: AGPL-3.0-or-later
#include "release.hpp"

#include <optional>

#include <nlohmann/json.hpp>

#include "publish_input.hpp"
#include "rapt/base/text.hpp"
#include "rapt/marketplace/publisher_document.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using store::params;
using store::Statement;
using store::Transaction;

constexpr std::size_t kMostReason = 300;
constexpr std::chrono::hours kReleasedWithin{24};

constexpr Statement kSubmission{
    "release_submission",
    "SELECT v.state, v.sha256, v.bytes, v.channel, v.manifest::text AS manifest FROM module_versions v JOIN modules m "
    "ON "
    "m.name = v.module WHERE v.module = $1 AND v.version = $2 AND m.publisher = $3 FOR UPDATE OF v"};
constexpr Statement kPublish{
    "release_publish",
    "UPDATE module_versions SET state = 'published', published_at = now() WHERE module = $1 AND "
    "version = $2"};
constexpr Statement kYank{"release_yank",
                          "UPDATE module_versions SET yanked_because = $3, yanked_at = CASE WHEN $3::text IS NULL THEN "
                          "NULL ELSE now() END WHERE module = $1 AND version = $2"};
constexpr Statement kRefresh{"release_refresh", "SELECT refresh_module($1)"};

/// One change that the document makes.
struct Step {
  std::string module, version;
  bool fresh = false;
  std::optional<std::string> yanked;  ///< not fresh: the new reason, "" takes it back
};

/// Compares the next document with what is there, and gathers faults.
class ReleaseComparison {
 public:
  ReleaseComparison(Transaction& tx, std::string publisher, TimePoint now)
      : tx_(tx), publisher_(std::move(publisher)), now_(now) {}

  Result<std::vector<Step>> compare(const tuf::Targets& before, const tuf::Targets& next) {
    if (!next.delegations.roles.empty() || !next.delegations.keys.empty())
      fault("delegations", "A publisher's document may delegate nothing.");
    for (const auto& [path, target] : before.targets) {
      if (!next.targets.contains(path))
        fault(path,
              "is missing. What is published stays in the document; `rapt yank` says that it should not be "
              "installed.");
    }
    for (const auto& [path, target] : next.targets) {
      const auto old = before.targets.find(path);
      RAPT_TRY(old == before.targets.end() ? added(path, target) : kept(path, old->second, target));
    }
    if (faults_.empty()) return steps_;
    Error out;
    out.kind = ErrorKind::kInvalid;
    out.message = faults_.front().path + ": " + faults_.front().message;
    out.fields = std::move(faults_);
    return out;
  }

 private:
  void fault(std::string path, std::string message) { faults_.push_back({printable(path, 200), std::move(message)}); }

  Result<void> added(const std::string& path, const tuf::Target& target) {
    const auto said = parse_custom(target.custom_json);
    if (!said) {
      fault(path, "What is signed about it cannot be read: " + said.error().message);
      return {};
    }
    if (said->publisher != publisher_ || path != module_target(publisher_, said->name, said->version)) {
      fault(path, "The path is not that of a version of yours: " +
                      module_target(publisher_, printable(said->name, 80), printable(said->version, 80)) + ".");
      return {};
    }
    const auto rows = tx_.exec(kSubmission, params(said->name, said->version, publisher_));
    if (!rows) return rows.error();
    if (rows->empty() || (*rows)[0].text("state") == "rejected") {
      fault(path, "There is no submission of it: hand in the bundle first (`rapt publish`).");
      return {};
    }
    const auto row = (*rows)[0];
    if (row.text("state") != "approved") {
      fault(path, "Its state is \"" + row.text("state") + "\": it can be published once it is approved.");
      return {};
    }
    compare_with_submission(path, target, *said, row);
    steps_.push_back({said->name, said->version, true, std::nullopt});
    return {};
  }

  void compare_with_submission(const std::string& path, const tuf::Target& target, const ModuleRelease& said,
                               const store::Row& row) {
    const std::map<std::string, std::string> hashes = {{"sha256", row.text("sha256")}};
    if (target.hashes != hashes || target.length != static_cast<std::uint64_t>(row.integer("bytes")))
      fault(path, "Length or hashes are not those of the approved bundle, sha256 " + row.text("sha256") + ".");
    if (!said.yanked.empty()) fault(path, "A version cannot be yanked before it is published.");
    if (said.released_at < now_ - kReleasedWithin || said.released_at > now_ + kReleasedWithin)
      fault(path, "\"released_at\" is " + to_rfc3339(said.released_at) + ", and the registry's clock says " +
                      to_rfc3339(now_) + ". Set your clock.");
    const auto manifest = bundle::parse_manifest(row.text("manifest"));
    const auto channel = parse_channel(row.text("channel"));
    if (!manifest || !channel) {
      fault(path, "The registry cannot read its manifest any more. Hand it in again under a higher number.");
      return;
    }
    auto expected = release_of(*manifest, *channel);
    expected.released_at = said.released_at;
    // An older rapt signs none: hosts then ask an administrator.
    if (!said.hooks) expected.hooks.reset();
    if (json::parse(encode_custom(expected)) != json::parse(target.custom_json))
      fault(path, "What is signed about it is not what its manifest says: " + encode_custom(expected) + " is.");
  }

  Result<void> kept(const std::string& path, const tuf::Target& old, const tuf::Target& now) {
    if (old.length != now.length || old.hashes != now.hashes) {
      fault(path, "It is published with other bytes, and those never change.");
      return {};
    }
    if (old.custom_json == now.custom_json) return {};
    auto before = parse_custom(old.custom_json), after = parse_custom(now.custom_json);
    if (!before || !after) {
      fault(path, "What is signed about it cannot be read.");
      return {};
    }
    const auto reason = after->yanked;
    const bool changed = before->yanked != reason;
    before->yanked = reason;
    if (json::parse(encode_custom(*before)) != json::parse(now.custom_json)) {
      fault(path, "Of a published version, nothing but \"yanked\" may change.");
      return {};
    }
    if (!reason.empty()) {
      if (const auto fits = check_line("yanked", reason, kMostReason); !fits) fault(path, fits.error().message);
    }
    if (changed) steps_.push_back({after->name, after->version, false, reason});
    return {};
  }

  Transaction& tx_;
  const std::string publisher_;
  const TimePoint now_;
  std::vector<FieldError> faults_;
  std::vector<Step> steps_;
};

Result<void> apply(Transaction& tx, const Step& step, Released& out) {
  const auto what = step.module + " " + step.version;
  if (step.fresh) {
    if (const auto done = tx.exec(kPublish, params(step.module, step.version)); !done) return done.error();
    out.published.push_back(what);
  } else {
    const bool back = step.yanked->empty();
    const auto reason = back ? std::nullopt : step.yanked;
    if (const auto done = tx.exec(kYank, params(step.module, step.version, reason)); !done) return done.error();
    (back ? out.restored : out.yanked).push_back(what);
  }
  if (const auto done = tx.exec(kRefresh, params(step.module)); !done) return done.error();
  return {};
}

}  // namespace

Result<Released> release(Transaction& tx, const Repository& repository, const std::string& publisher,
                         std::string_view file, TimePoint now) {
  const auto stored = repository.publisher_file(tx, publisher);
  if (!stored) return stored.error();
  tuf::Targets before;
  if (*stored) {
    auto read = tuf::parse_targets(**stored);
    if (!read) return Error::internal("the stored document of " + publisher + ": " + read.error().message);
    before = std::move(read->document);
  }
  // First whose it is: a stranger's document is not compared.
  const auto next = repository.publish(tx, publisher, file);
  if (!next) return next.error();
  const auto steps = ReleaseComparison(tx, publisher, now).compare(before, *next);
  if (!steps) return steps.error();
  Released out;
  out.version = next->version;
  for (const auto& step : *steps) RAPT_TRY(apply(tx, step, out));
  return out;
}

}  // namespace rapt::marketplace
