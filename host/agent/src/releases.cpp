// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/releases.hpp"

#include <array>
#include <atomic>
#include <set>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kTelling{500};
/// What releases are made for; others are named only to say that there is none for this machine.
constexpr std::array<std::string_view, 2> kArchitectures{"x86_64-linux-gnu", "aarch64-linux-gnu"};

std::string in_mebibytes(std::uint64_t done, std::uint64_t total) {
  constexpr std::uint64_t kMebi = 1u << 20;
  return std::to_string(done / kMebi) + " of " + std::to_string((total + kMebi - 1) / kMebi) + " MiB";
}

struct Counted {
  std::atomic<std::uint64_t> done{0};
};

/// Until it is cancelled.
Task<void> keep_telling(std::shared_ptr<const Counted> counted, std::uint64_t total, Progress& progress) {
  for (;;) {
    co_await progress.at(Phase::kDownloading, in_mebibytes(counted->done, total));
    co_await runtime::sleep_for(kTelling);
  }
}

}  // namespace

RegistryReleases::RegistryReleases(Options options, std::string url, http::Client& client, const Clock& clock)
    : options_(std::move(options)), url_(std::move(url)), client_(client), clock_(clock) {
  reach(url_);
}

RegistryReleases::~RegistryReleases() = default;

void RegistryReleases::reach(const std::string& url) {
  in_use_ = url;
  registry_ = std::make_unique<marketplace::TrustedRegistry>(
      marketplace::TrustedRegistry::Options{options_.folder, url}, client_, clock_);
  desk_ = url.starts_with("file://") ? nullptr : std::make_unique<marketplace::ReleaseDesk>(client_, url);
}

void RegistryReleases::use(const std::string& url) {
  const auto& wanted = url.empty() ? url_ : url;
  if (wanted != in_use_) reach(wanted);
}

Task<Result<Known>> RegistryReleases::look() {
  RAPT_CO_TRY(co_await registry_->check());
  Known out;
  auto ours = co_await registry_->releases(options_.architecture);
  if (!ours) co_return ours.error();
  out.releases = std::move(*ours);
  std::set<std::string> seen;
  for (const auto& one : out.releases) seen.insert(one.release.version);
  for (const auto architecture : kArchitectures) {
    if (architecture == options_.architecture) continue;
    auto others = co_await registry_->releases(std::string(architecture));
    if (!others) co_return others.error();
    for (auto& one : *others)
      if (seen.insert(one.release.version).second) out.releases.push_back(std::move(one));
  }
  if (desk_ == nullptr || out.releases.empty()) co_return out;
  auto words = co_await desk_->releases();
  if (!words) co_return words.error();
  out.words = std::move(*words);
  co_return out;
}

Task<Result<fs::path>> RegistryReleases::archive(marketplace::VouchedRelease release, Progress& progress) {
  using namespace boost::asio::experimental::awaitable_operators;
  std::error_code failure;
  fs::create_directories(options_.downloads, failure);
  if (failure)
    co_return Error::unavailable("disk", options_.downloads.string() + " cannot be made: " + failure.message() + ".");
  const auto to = options_.downloads / fs::path(release.path).filename();
  const auto total = release.bytes;
  const auto counted = std::make_shared<Counted>();
  marketplace::Progress count = [counted](std::uint64_t done, std::uint64_t) { counted->done = done; };
  // What comes first ends the other; only the download ends.
  auto ended = co_await (registry_->download_release(std::move(release), to, std::move(count)) ||
                         keep_telling(counted, total, progress));
  const auto* downloaded = std::get_if<0>(&ended);
  if (downloaded == nullptr) co_return Error::internal("a download's progress ended before it");
  if (!*downloaded) co_return downloaded->error();
  co_await progress.at(Phase::kDownloading, in_mebibytes(total, total));
  co_return to;
}

void RegistryReleases::done(const fs::path& archive) {
  std::error_code failure;
  fs::remove(archive, failure);
  if (failure) log::warn("platform.archive_not_removed", {{"file", archive.string()}, {"reason", failure.message()}});
}

}  // namespace rapt::agent
