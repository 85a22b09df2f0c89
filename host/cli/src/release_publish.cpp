// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt release publish: archives and their document go to a registry.
#include <charconv>
#include <ostream>

#include <nlohmann/json.hpp>

#include "author_subject.hpp"
#include "publish_session.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/marketplace/release_document.hpp"
#include "rapt/runtime/runtime.hpp"
#include "release_commands.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

constexpr std::size_t kMostDocument = std::size_t{4} << 20;

Result<int> percent_of(const Arguments& arguments) {
  const auto text = arguments.value("rollout", "100");
  int out = -1;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault == std::errc{} && end == text.data() + text.size() && out >= 0 && out <= 100) return out;
  return Error::invalid("rollout", "must be a number from 0 to 100");
}

/// That the document vouches for exactly this archive: else it would be sent for nothing.
Result<void> check_vouched(const tuf::Targets& document, const SeenArchive& seen) {
  const auto path = marketplace::release_target(seen.manifest.version, seen.manifest.architecture);
  const auto target = document.targets.find(path);
  const std::map<std::string, std::string> hashes{{"sha256", seen.sha256}};
  if (target != document.targets.end() && target->second.length == seen.bytes && target->second.hashes == hashes)
    return {};
  return Error::invalid("document", "It does not vouch for " + printable(seen.path, 500) + " with these bytes (" +
                                        path + ", SHA-256 " + seen.sha256 + "): sign again.");
}

Result<void> upload(Console& console, PublishSession& session, const SeenArchive& seen) {
  marketplace::PlatformRelease release;
  release.version = seen.manifest.version;
  release.architecture = seen.manifest.architecture;
  std::uint64_t told = 101;
  const auto progress = [&](std::uint64_t done, std::uint64_t total) {
    const auto percent = total == 0 ? 100 : done * 100 / total;
    if (console.json || percent == told) return;
    told = percent;
    console.out << "  " << release.version << " " << release.architecture << ": " << percent << " % of "
                << mebibytes(total) << "\n"
                << std::flush;
  };
  return run_blocking(marketplace::upload_release(session.registry(), release, seen.sha256, seen.path, progress));
}

void tell(Console& console, const PublishSession& session, const std::string& answer) {
  const auto data = json::parse(answer, nullptr, false);
  if (console.json) return print_json(console.out, data);
  const auto list = [&](const char* key, const std::string& words) {
    const auto versions = data.is_object() ? data.value(key, json::array()) : json::array();
    for (const auto& version : versions)
      if (version.is_string()) console.out << "Release " << printable(version.get<std::string>(), 80) << words << "\n";
  };
  list("published", " is published: " + session.url());
  list("withdrawn", " is withdrawn.");
  list("restored", " may be taken again.");
}

}  // namespace

int run_release_publish(Console& console, const Arguments& arguments) {
  hush();
  if (!arguments.has("document"))
    return usage_fault(console, "Say which document: --document N.releases.json, as `rapt release sign` has made it.");
  const auto percent = percent_of(arguments);
  if (!percent) return report(console, percent.error());
  const auto file = read_file(arguments.value("document"), kMostDocument);
  if (!file) return report(console, file.error());
  const auto document = tuf::parse_targets(*file);
  if (!document) return report(console, document.error());
  const auto session = PublishSession::open(console, arguments, load_releases_key);
  if (!session) return report(console, session.error());
  for (const auto& path : arguments.positional) {
    const auto seen = see_archive(path);
    if (!seen) return report(console, seen.error());
    if (const auto fits = check_vouched(document->document, *seen); !fits) return report(console, fits.error());
    if (const auto sent = upload(console, **session, *seen); !sent) return report(console, sent.error());
  }
  const auto taken = run_blocking(marketplace::publish_releases((*session)->registry(), *file, *percent));
  if (!taken) return report(console, taken.error());
  tell(console, **session, *taken);
  return kOk;
}

}  // namespace rapt::cli
