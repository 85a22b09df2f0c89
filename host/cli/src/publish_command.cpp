// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt publish: a bundle is handed in, checked by the registry, and vouched for by its publisher's own key.
#include <chrono>
#include <filesystem>
#include <ostream>

#include <nlohmann/json.hpp>

#include "author_bundle.hpp"
#include "author_commands.hpp"
#include "author_subject.hpp"
#include "publish_session.hpp"
#include "rapt/author/builder.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/marketplace/publisher_document.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using marketplace::SubmissionState;
using nlohmann::json;
using runtime::run_blocking;

constexpr std::chrono::minutes kCheckPatience{20};
constexpr std::chrono::milliseconds kAskEvery{500};
constexpr std::chrono::seconds kAskAboutReviewEvery{10};

/// What is to be published.
struct Packed {
  std::string archive;
  bundle::Bundle bundle;
  marketplace::Channel channel = marketplace::Channel::kStable;
  [[nodiscard]] std::string what() const { return bundle.manifest.name + " " + bundle.manifest.version; }
};

Result<std::string> archive_of(const Console& console, const Arguments& arguments, const std::string& path,
                               const security::PrivateKey& key) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) return read_file(path, bundle::kMaxBundleBytes);
  if (!author::is_source_folder(path)) return bundle::pack_bundle(path, &key);
  const auto sdk = sdk_of(console, arguments);
  if (!sdk) return sdk.error();
  const auto built = author::build_module({path, {}, *sdk, false}, console.environment);
  if (!built) return built.error();
  return bundle::pack_bundle(built->stage, &key);
}

Result<Packed> pack(const Console& console, const Arguments& arguments, const std::string& path,
                    const security::PrivateKey& key) {
  auto archive = archive_of(console, arguments, path, key);
  if (!archive) return archive.error();
  auto read = bundle::read_bundle(*archive);
  if (!read) return read.error();
  RAPT_TRY(check_bundle(*read));
  if (read->signature.empty())
    return Error::invalid("", path + " is not signed: `rapt sign " + path + " --key " + arguments.value("key") + "`.");
  const auto version = Version::parse(read->manifest.version);
  const bool beta = version && version->is_prerelease();
  const auto channel = marketplace::parse_channel(arguments.value("channel", beta ? "beta" : "stable"));
  if (!channel) return Error::invalid("", "--channel takes \"stable\" or \"beta\".");
  return Packed{std::move(*archive), std::move(*read), *channel};
}

void say(const Console& console, const std::string& sentence) {
  if (!console.json) console.out << sentence << "\n" << std::flush;
}

std::string_view mark_of(const std::string& level) {
  return level == "error" ? "✗" : level == "warning" ? "!" : level == "note" ? "·" : "✓";
}

/// The findings that have not been shown yet.
void show_new(const Console& console, const SubmissionState& state, std::size_t& shown) {
  for (; shown < state.findings.size(); ++shown) {
    const auto& one = state.findings[shown];
    say(console, "  " + std::string(mark_of(one.level)) + " " + one.check + ": " + one.text);
  }
}

/// Waits for the check, and for the review, too, where --wait says so.
Result<SubmissionState> follow(Console& console, PublishSession& session, const Packed& packed, SubmissionState state,
                               bool wait) {
  std::size_t shown = 0;
  bool told = false;
  const auto deadline = std::chrono::steady_clock::now() + kCheckPatience;
  for (;;) {
    show_new(console, state, shown);
    const bool in_review = state.state == "review";
    if (state.state != "submitted" && !(in_review && wait)) return state;
    if (in_review && !told) say(console, packed.what() + " waits for an operator of the registry.");
    told = told || in_review;
    if (!in_review && std::chrono::steady_clock::now() > deadline)
      return Error::conflict("The registry has not checked " + packed.what() +
                             " yet. Say the same again later: it goes on from there.");
    const auto pause = in_review ? std::chrono::milliseconds(kAskAboutReviewEvery) : kAskEvery;
    runtime::run_blocking_void(runtime::sleep_for(pause));
    auto next =
        run_blocking(session.registry().submission(packed.bundle.manifest.name, packed.bundle.manifest.version));
    if (!next) return next.error();
    // Findings only grow, but for the last time, when all are told anew.
    if (next->findings.size() < shown) shown = 0;
    state = std::move(*next);
  }
}

json json_of(const SubmissionState& state) {
  json out = {{"module", state.module},   {"version", state.version}, {"state", state.state},
              {"sha256", state.sha256},   {"channel", state.channel}, {"review_note", state.review_note},
              {"findings", json::array()}};
  for (const auto& one : state.findings)
    out["findings"].push_back({{"check", one.check}, {"level", one.level}, {"text", one.text}});
  return out;
}

int tell_outcome(Console& console, const Packed& packed, const std::string& path, const SubmissionState& state) {
  const auto what = packed.what();
  if (console.json) print_json(console.out, json_of(state));
  if (state.state == "rejected") {
    console.err << "rapt: " << what << " was rejected"
                << (state.review_note.empty() ? ". The errors above say why" : ": " + state.review_note)
                << ". Mend it, and publish it again under the same number.\n";
    return kFailed;
  }
  say(console, what +
                   " was handed in and waits for an operator of the registry.\nOnce it is approved, say the same "
                   "again, or: rapt publish " +
                   path + " --release " + state.module + "@" + state.version + " --key …");
  return kOk;
}

/// The second step: the publisher's own key vouches for the version.
int vouch(Console& console, const Arguments& arguments, PublishSession& session, const Packed& packed,
          const SubmissionState& state) {
  if (const auto pinned = session.pin(console, arguments); !pinned) return report(console, pinned.error());
  const auto& manifest = packed.bundle.manifest;
  marketplace::NewTarget target{marketplace::release_of(manifest, packed.channel), security::hex(packed.bundle.digest),
                                packed.archive.size()};
  target.release.released_at = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
  say(console, "Signing it into the document of " + manifest.publisher + " …");
  const auto add = [&target](tuf::Targets& document) { return marketplace::add_target(document, target); };
  const auto taken = session.hand_in(manifest.publisher, add);
  if (!taken) return report(console, taken.error());
  if (console.json) {
    auto out = json_of(state);
    out["state"] = "published";
    out["document_version"] = json::parse(*taken).value("version", 0);
    print_json(console.out, out);
  }
  say(console, packed.what() + " is published: " + session.url() + "/modules/" + manifest.name);
  return kOk;
}

/// The bundle: what was named, or, with --release NAME@VERSION, the file that `rapt pack` makes of that.
Result<std::string> path_of(const Arguments& arguments) {
  const auto released = arguments.value("release");
  if (!arguments.positional.empty()) return arguments.positional[0];
  const auto at = released.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == released.size())
    return Error::invalid("", "Say which bundle or folder, or --release NAME@VERSION with its bundle in this folder.");
  return released.substr(0, at) + "-" + released.substr(at + 1) + ".rapt";
}

Result<SubmissionState> submit(const Console& console, const Arguments& arguments, PublishSession& session,
                               const Packed& packed) {
  const auto& manifest = packed.bundle.manifest;
  if (arguments.has("release")) {
    const auto wanted = arguments.value("release");
    if (wanted != manifest.name + "@" + manifest.version)
      return Error::invalid("",
                            "The bundle is " + packed.what() + ", and --release says " + printable(wanted, 100) + ".");
    return run_blocking(session.registry().submission(manifest.name, manifest.version));
  }
  auto known = run_blocking(session.registry().submission(manifest.name, manifest.version));
  if (known && known->state == "published" && known->sha256 == security::hex(packed.bundle.digest)) return known;
  say(console, "Handing in " + packed.what() + " (" + std::to_string((packed.archive.size() + 1023) / 1024) +
                   " KiB, channel " + std::string(marketplace::name(packed.channel)) + ") to " + session.url() + " …");
  return run_blocking(session.registry().submit(manifest.name, manifest.version, packed.archive,
                                                std::string(marketplace::name(packed.channel)),
                                                arguments.value("category")));
}

}  // namespace

int run_publish(Console& console, const Arguments& arguments) {
  hush();
  const auto path = path_of(arguments);
  if (!path) return usage_fault(console, path.error().message);
  const auto session = PublishSession::open(console, arguments);
  if (!session) return report(console, session.error());
  const auto packed = pack(console, arguments, *path, (*session)->key());
  if (!packed) return report(console, packed.error());
  auto state = submit(console, arguments, **session, *packed);
  if (!state) return report(console, state.error());
  if (state->sha256 != security::hex(packed->bundle.digest))
    return report(console,
                  Error::conflict("The registry holds other bytes as " + packed->what() + " than this bundle."));
  state = follow(console, **session, *packed, std::move(*state), arguments.has("wait"));
  if (!state) return report(console, state.error());
  if (state->state == "published") {
    say(console, packed->what() + " is published already.");
    if (console.json) print_json(console.out, json_of(*state));
    return kOk;
  }
  if (state->state != "approved") return tell_outcome(console, *packed, *path, *state);
  return vouch(console, arguments, **session, *packed, *state);
}

}  // namespace rapt::cli
