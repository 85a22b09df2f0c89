// SPDX-License-Identifier: AGPL-3.0-or-later
#include "platform_release.hpp"

#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "version_order.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using store::params;
using store::Statement;
using store::Transaction;

constexpr Statement kArchive{"platform_release.archive",
                             "SELECT bytes, min_from, schema_from FROM release_archives WHERE version = $1 AND "
                             "architecture = $2 AND sha256 = $3"};
constexpr Statement kPut{
    "platform_release.put",
    "INSERT INTO releases (version, sort_key, channel, files, image, notes, min_from, schema_from, withdrawn_because, "
    "rollout_percent) VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10::int) ON CONFLICT (version) DO UPDATE SET "
    "files = EXCLUDED.files, withdrawn_because = EXCLUDED.withdrawn_because"};

/// One version, with all of its architectures.
struct Whole {
  PlatformRelease release{};
  json files = json::array();
  bool changed = false, fresh = false;
  std::string withdrawn_before{};
};

std::string sha256_of(const tuf::Target& target) {
  const auto found = target.hashes.find("sha256");
  return found == target.hashes.end() ? std::string() : found->second;
}

/// The release as it is but for its architecture and time: what all architectures of a version have to agree on.
std::string common_part(PlatformRelease release) {
  release.architecture = "any";
  release.released_at = {};
  return encode_release(release);
}

/// Compares the next document with what is there, and gathers faults.
class PlatformComparison {
 public:
  explicit PlatformComparison(Transaction& tx) : tx_(tx) {}

  Result<std::map<std::string, Whole>> compare(const tuf::Targets& before, const tuf::Targets& next) {
    for (const auto& [path, target] : before.targets)
      if (!next.targets.contains(path))
        fault(path,
              "is missing. What is published stays in the document; `rapt release withdraw` says that it should "
              "not be taken.");
    for (const auto& [path, target] : next.targets) {
      const auto release = parse_release(target.custom_json);
      if (!release || release_target(release->version, release->architecture) != path) {
        fault(path, release ? "What is signed about it is of another release than its path."
                            : "What is signed about it cannot be read: " + release.error().message);
        continue;
      }
      const auto old = before.targets.find(path);
      if (old == before.targets.end()) {
        RAPT_TRY(added(path, target, *release));
      } else {
        kept(path, old->second, target, *release);
      }
      gather(path, target, *release, old == before.targets.end() ? nullptr : &old->second);
    }
    if (faults_.empty()) return std::move(versions_);
    Error out;
    out.kind = ErrorKind::kInvalid;
    out.message = faults_.front().path + ": " + faults_.front().message;
    out.fields = std::move(faults_);
    return out;
  }

 private:
  void fault(std::string path, std::string message) { faults_.push_back({printable(path, 200), std::move(message)}); }

  Result<void> added(const std::string& path, const tuf::Target& target, const PlatformRelease& release) {
    if (!release.withdrawn.empty()) fault(path, "A release cannot be withdrawn before it is published.");
    if (release.channel == Channel::kStable && Version::parse(release.version)->is_prerelease())
      fault(path, "A pre-release belongs to the channel beta.");
    const auto rows = tx_.exec(kArchive, params(release.version, release.architecture, sha256_of(target)));
    if (!rows) return rows.error();
    const auto row = rows->first();
    if (!row) {
      fault(path, "The registry has no archive of it with these bytes: hand it in first (`rapt release publish`).");
    } else if (static_cast<std::uint64_t>(row->integer("bytes")) != target.length || target.hashes.size() != 1) {
      fault(path, "Length or hashes are not those of the archive that was handed in.");
    } else if (row->text("min_from") != release.min_from || row->text("schema_from") != release.schema_from) {
      fault(path, "min_from and schema_from are not those of its release.json: \"" + row->text("min_from") +
                      "\" and \"" + row->text("schema_from") + "\".");
    }
    return {};
  }

  void kept(const std::string& path, const tuf::Target& old, const tuf::Target& now, const PlatformRelease& release) {
    if (old.length != now.length || old.hashes != now.hashes)
      return fault(path, "It is published with other bytes, and those never change.");
    auto before = parse_release(old.custom_json);
    if (!before) return fault(path, "What was signed about it before cannot be read.");
    before->withdrawn = release.withdrawn;
    if (json::parse(encode_release(*before)) != json::parse(now.custom_json))
      fault(path, "Of a published release, nothing but \"withdrawn\" may change.");
  }

  void gather(const std::string& path, const tuf::Target& target, const PlatformRelease& release,
              const tuf::Target* old) {
    const auto [place, first] = versions_.try_emplace(release.version);
    auto& whole = place->second;
    if (first) {
      whole.release = release;
      whole.fresh = true;
    }
    if (common_part(release) != common_part(whole.release))
      fault(path, "Its architectures have to agree on channel, image, notes, min_from, schema_from and withdrawn.");
    whole.files.push_back({{"architecture", release.architecture},
                           {"target_path", path},
                           {"sha256", sha256_of(target)},
                           {"bytes", target.length}});
    whole.changed = whole.changed || old == nullptr || old->custom_json != target.custom_json;
    if (old == nullptr) return;
    whole.fresh = false;
    if (const auto before = parse_release(old->custom_json)) whole.withdrawn_before = before->withdrawn;
  }

  Transaction& tx_;
  std::vector<FieldError> faults_;
  std::map<std::string, Whole> versions_;
};

Result<void> put(Transaction& tx, const Whole& whole, int rollout_percent) {
  const auto& one = whole.release;
  const auto withdrawn = one.withdrawn.empty() ? std::nullopt : std::optional(one.withdrawn);
  const auto values = params(one.version, sort_key(*Version::parse(one.version)), name(one.channel), whole.files.dump(),
                             one.image, one.notes, one.min_from, one.schema_from, withdrawn, rollout_percent);
  const auto done = tx.exec(kPut, values);
  if (!done) return done.error();
  return {};
}

Result<PlatformChange> take_in(Transaction& tx, const Repository& repository, const std::string& file,
                               int rollout_percent) {
  const auto stored = repository.releases_file(tx);
  if (!stored) return stored.error();
  tuf::Targets before;
  if (*stored) {
    auto read = tuf::parse_targets(**stored);
    if (!read) return Error::internal("the stored document of releases: " + read.error().message);
    before = std::move(read->document);
  }
  // First whose it is: a stranger's document is not compared.
  const auto next = repository.publish_releases(tx, file);
  if (!next) return next.error();
  const auto versions = PlatformComparison(tx).compare(before, *next);
  if (!versions) return versions.error();
  PlatformChange out;
  out.document = next->version;
  for (const auto& [version, whole] : *versions) {
    if (!whole.changed) continue;
    RAPT_TRY(put(tx, whole, rollout_percent));
    const auto& now = whole.release.withdrawn;
    if (whole.fresh || now == whole.withdrawn_before) {
      out.published.push_back(version);
    } else {
      (now.empty() ? out.restored : out.withdrawn).push_back(version);
    }
  }
  return out;
}

/// That the store has what is about to be published: a row says what was, a blob what is.
Task<Result<void>> check_blobs(Blobs& blobs, std::string file) {
  const auto read = tuf::parse_targets(file);
  if (!read) co_return read.error();
  for (const auto& [path, target] : read->document.targets) {
    const auto size = co_await blobs.size(sha256_of(target));
    if (!size && size.error().kind != ErrorKind::kNotFound) co_return size.error();
    if (size && *size == target.length) continue;
    co_return Error::invalid(printable(path, 200),
                             size ? "The registry's bytes of it are not so many as the document says."
                                  : "The registry has no archive of it with these bytes: hand it in first (`rapt "
                                    "release publish`).");
  }
  co_return Result<void>();
}

}  // namespace

Task<Result<PlatformChange>> publish_platform(store::Database& database, const Repository& repository, Blobs& blobs,
                                              std::string file, int rollout_percent) {
  const auto there = co_await check_blobs(blobs, file);
  if (!there) co_return there.error();
  auto work = [&repository, file = std::move(file), rollout_percent](Transaction& tx) {
    return take_in(tx, repository, file, rollout_percent);
  };
  co_return co_await database.transaction(std::move(work));
}

}  // namespace rapt::marketplace
