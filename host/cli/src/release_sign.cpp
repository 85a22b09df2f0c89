// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt release sign and withdraw: the next document of the role "releases", or one more signature under it.
#include <charconv>
#include <istream>
#include <ostream>

#include <nlohmann/json.hpp>

#include "publish_session.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/marketplace/publisher_document.hpp"
#include "rapt/marketplace/release_document.hpp"
#include "rapt/tuf/signing.hpp"
#include "release_commands.hpp"

namespace rapt::cli {
namespace {

using marketplace::PlatformRelease;

constexpr std::size_t kMostSigned = std::size_t{4} << 20, kMostNotes = 8000;
constexpr int kMostDays = 399;

/// What the next document begins from.
struct Basis {
  std::optional<tuf::Targets> document{};
  std::string whence{};
};

Result<tuf::Targets> read_document(const std::string& path) {
  const auto file = read_file(path, kMostSigned);
  if (!file) return file.error();
  auto read = tuf::parse_targets(*file);
  if (!read) return read.error();
  return std::move(read->document);
}

/// The current document: as a registry's metadata vouches for it, or a file that was carried here.
Result<Basis> basis_of(Console& console, const Arguments& arguments) {
  if (arguments.has("document")) {
    auto read = read_document(arguments.value("document"));
    if (!read) return read.error();
    return Basis{std::move(*read), arguments.value("document")};
  }
  const auto session = PublishSession::open(console, arguments, load_releases_key);
  if (!session) return session.error();
  RAPT_TRY((*session)->pin(console, arguments));
  auto current = (*session)->current(std::string(marketplace::kReleasesRole));
  if (!current) return current.error();
  return Basis{std::move(*current), (*session)->url()};
}

Result<std::chrono::days> life_of(const Arguments& arguments) {
  const auto text = arguments.value("expires-days", "365");
  int days = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (fault == std::errc{} && end == text.data() + text.size() && days >= 1 && days <= kMostDays)
    return std::chrono::days(days);
  return Error::invalid("expires-days", "must be a number from 1 to 399");
}

/// What all architectures of a version share.
Result<PlatformRelease> common_of(const Arguments& arguments) {
  PlatformRelease out;
  if (arguments.has("notes")) {
    auto notes = read_file(arguments.value("notes"), kMostNotes);
    if (!notes) return notes.error();
    out.notes = std::move(*notes);
  }
  out.image = arguments.value("image");
  out.released_at = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
  return out;
}

Result<marketplace::NewRelease> release_of(const Arguments& arguments, const SeenArchive& seen) {
  auto out = common_of(arguments);
  if (!out) return out.error();
  out->version = seen.manifest.version;
  out->architecture = seen.manifest.architecture;
  out->min_from = seen.manifest.min_from;
  out->schema_from = seen.manifest.schema_from;
  const bool beta = Version::parse(out->version)->is_prerelease();
  const auto channel = marketplace::parse_channel(arguments.value("channel", beta ? "beta" : "stable"));
  if (!channel) return Error::invalid("channel", "must be stable or beta");
  if (beta && *channel == marketplace::Channel::kStable)
    return Error::invalid("channel", "must be beta: " + out->version + " is a pre-release");
  out->channel = *channel;
  // What no host would read is not signed.
  if (const auto again = marketplace::parse_release(marketplace::encode_release(*out)); !again) return again.error();
  return marketplace::NewRelease{std::move(*out), seen.sha256, seen.bytes};
}

bool is_agreed(Console& console, const Arguments& arguments) {
  if (!console.interactive || console.json || arguments.has("yes")) return true;
  console.err << "Sign this? [y/N] " << std::flush;
  std::string line;
  std::getline(console.in, line);
  return line == "y" || line == "Y" || line == "yes";
}

/// Shows what is to be signed, signs it, and writes it down.
int finish(Console& console, const Arguments& arguments, const security::PrivateKey& key, const Basis& before,
           const tuf::Targets& next, const std::string& unsigned_file) {
  const auto words = difference(before.document, next);
  if (!console.json) {
    console.out << "Document " << next.version << " of the platform's releases, good until "
                << to_rfc3339(next.expires);
    if (before.document) console.out << ", after document " << before.document->version << " of " << before.whence;
    console.out << ":\n" << words << std::flush;
  }
  if (!is_agreed(console, arguments)) return report(console, Error::conflict("Nothing was signed."));
  const auto file = unsigned_file.empty() ? Result<std::string>(tuf::sign_document(next, {&key}))
                                          : tuf::add_signature(unsigned_file, key);
  if (!file) return report(console, file.error());
  const auto out = arguments.value("out", std::to_string(next.version) + ".releases.json");
  if (const auto written = write_file_atomically(out, *file); !written) return report(console, written.error());
  const auto signatures = tuf::parse_targets(*file).value().signatures.size();
  if (console.json) {
    print_json(console.out, {{"file", out},
                             {"version", next.version},
                             {"expires_at", to_rfc3339(next.expires)},
                             {"key_id", key.public_key().key_id()},
                             {"signatures", signatures},
                             {"differs", words}});
  } else {
    console.out << "Signed with " << key.public_key().key_id() << "; it has " << signatures << " signature"
                << (signatures == 1 ? "" : "s") << ": " << out << "\n";
  }
  return kOk;
}

int add_signature(Console& console, const Arguments& arguments, const security::PrivateKey& key) {
  const auto path = arguments.value("document");
  const auto file = read_file(path, kMostSigned);
  if (!file) return report(console, file.error());
  const auto read = tuf::parse_targets(*file);
  if (!read) return report(console, read.error());
  Basis before;
  if (arguments.has("registry")) {
    Arguments current = arguments;
    current.options.erase("document");
    auto basis = basis_of(console, current);
    if (!basis) return report(console, basis.error());
    before = std::move(*basis);
  }
  return finish(console, arguments, key, before, read->document, *file);
}

/// The next document, with what `change` does to it.
template <class Change>
int sign_next(Console& console, const Arguments& arguments, const security::PrivateKey& key, Change change) {
  const auto life = life_of(arguments);
  if (!life) return report(console, life.error());
  const auto before = basis_of(console, arguments);
  if (!before) return report(console, before.error());
  auto next = marketplace::next_document(before->document, SystemClock().now(), *life);
  if (const auto changed = change(next); !changed) return report(console, changed.error());
  return finish(console, arguments, key, *before, next, "");
}

Result<security::PrivateKey> key_of(const Arguments& arguments) {
  if (!arguments.has("key"))
    return Error::invalid("key", "Say with which key: --key FILE, one of the registry's role releases.");
  return load_releases_key(arguments.value("key"));
}

}  // namespace

int run_release_sign(Console& console, const Arguments& arguments) {
  const auto key = key_of(arguments);
  if (!key) return report(console, key.error());
  if (arguments.positional.empty() && arguments.has("document")) return add_signature(console, arguments, *key);
  return sign_next(console, arguments, *key, [&](tuf::Targets& next) -> Result<void> {
    for (const auto& path : arguments.positional) {
      const auto seen = see_archive(path);
      if (!seen) return seen.error();
      const auto release = release_of(arguments, *seen);
      if (!release) return release.error();
      RAPT_TRY(marketplace::add_release(next, *release));
    }
    return {};
  });
}

int run_release_withdraw(Console& console, const Arguments& arguments) {
  const auto because = arguments.value("because");
  if (because.empty() != arguments.has("undo"))
    return usage_fault(console, "Say why, --because \"a sentence\", or --undo.");
  const auto key = key_of(arguments);
  if (!key) return report(console, key.error());
  return sign_next(console, arguments, *key, [&](tuf::Targets& next) {
    return marketplace::set_withdrawn(next, arguments.positional[0], because);
  });
}

}  // namespace rapt::cli
