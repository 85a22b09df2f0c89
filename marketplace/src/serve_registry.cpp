// SPDX-License-Identifier: AGPL-3.0-or-later
#include "serve_registry.hpp"

#include <atomic>
#include <functional>

#include "application.hpp"
#include "download_counts.hpp"
#include "file_cache.hpp"
#include "instances.hpp"
#include "open_blobs.hpp"
#include "publisher_auth.hpp"
#include "publishing.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "repository.hpp"
#include "uploads.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::chrono::seconds kGrace{10};
constexpr std::chrono::seconds kCountPause{10};
constexpr std::chrono::minutes kRenewPause{1};
constexpr std::chrono::hours kForgetPause{6};
constexpr std::chrono::milliseconds kCheckPause{500};
constexpr std::chrono::minutes kNoncePause{1};
constexpr unsigned kThreads = 2;
constexpr std::size_t kCachedMetadata = 64 * 1024 * 1024;

http::ServerOptions server_options(const RegistryOptions& options, runtime::Runtime& loop) {
  http::ServerOptions out;
  out.address = options.host;
  out.port = options.port;
  out.max_body_bytes = 64 * 1024;
  // A bundle of 64 MiB over a slow line.
  out.body_timeout = std::chrono::minutes(5);
  out.place = [&loop] { return loop.lane(); };
  return out;
}

Result<std::optional<http::StaticFiles>> pages_of(const std::filesystem::path& folder) {
  if (folder.empty()) return std::optional<http::StaticFiles>{};
  std::string fault;
  auto pages = http::StaticFiles::load(folder, {}, fault);
  if (!pages) return Error::invalid("web", "cannot be served: " + fault);
  return pages;
}

/// Runs `chore` again and again; what fails is told and tried again.
Task<void> repeat(std::string what, std::chrono::milliseconds pause, const std::atomic<bool>& ending,
                  std::function<Task<Result<void>>()> chore) {
  while (!ending) {
    const auto done = co_await chore();
    if (!done)
      log::warn("registry.chore_failed",
                {{"chore", what}, {"detail", done.error().message + " " + done.error().log_detail}});
    co_await runtime::sleep_for(pause);
  }
}

Task<Result<void>> renew(Site& site) {
  auto* repository = &site.repository;
  auto work = [repository](store::Transaction& transaction) { return repository->renew(transaction); };
  const auto renewed = co_await site.database.transaction(std::move(work));
  if (!renewed) co_return renewed.error();
  if (*renewed) log::info("registry.metadata_renewed");
  co_return Result<void>{};
}

/// What serves, in the order in which the parts need each other.
class Registry {
 public:
  Registry(const RegistryOptions& options, std::shared_ptr<Repository> repository, std::unique_ptr<Blobs> blobs)
      : loop_(kThreads),
        database_({.url = options.database_url}),
        repository_(std::move(repository)),
        blobs_(std::move(blobs)),
        publishing_({.rapt_program = options.rapt_program}),
        files_(kCachedMetadata),
        uploads_(options.uploads),
        site_{database_,    *repository_, *blobs_, clock_,   options.public_url,
              &publishing_, &downloads_,  &files_, &uploads_} {}

  Result<void> run(const RegistryOptions& options, std::optional<http::StaticFiles> pages) {
    Application application(site_, std::move(pages), options.proxies);
    http::Server server(loop_.executor(), server_options(options, loop_), application);
    RAPT_TRY(server.start());
    start_chores();
    loop_.on_signal([this, &server] {
      ending_ = true;
      loop_.spawn(stop(server));
    });
    log::info("registry.started", {{"address", options.host + ":" + std::to_string(server.port())}});
    loop_.run();
    log::info("registry.stopped");
    return {};
  }

 private:
  void start_chores() {
    loop_.spawn(repeat("metadata", kRenewPause, ending_, [this] { return renew(site_); }));
    loop_.spawn(repeat("submissions", kCheckPause, ending_, [this] { return check_submissions(site_); }));
    loop_.spawn(repeat("nonces", kNoncePause, ending_, [this] { return sweep_nonces(site_); }));
    loop_.spawn(repeat("downloads", kCountPause, ending_, [this] { return downloads_.flush(database_); }));
    loop_.spawn(repeat("instances", kForgetPause, ending_, [this] { return forget_instances(database_); }));
  }

  Task<void> stop(http::Server& server) {
    co_await server.stop(kGrace);
    const auto counted = co_await downloads_.flush(database_);
    if (!counted) log::warn("registry.downloads_lost", {{"detail", counted.error().log_detail}});
    loop_.stop();
  }

  std::atomic<bool> ending_{false};
  const SystemClock clock_;
  runtime::Runtime loop_;
  store::Database database_;
  std::shared_ptr<Repository> repository_;
  std::unique_ptr<Blobs> blobs_;
  Publishing publishing_;
  DownloadCounts downloads_;
  FileCache files_;
  Uploads uploads_;
  Site site_;
};

}  // namespace

Result<void> serve_registry(const RegistryOptions& given) {
  auto options = given;
  if (options.public_url.empty()) options.public_url = "http://" + options.host + ":" + std::to_string(options.port);
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  auto pages = pages_of(options.web);
  if (!pages) return pages.error();
  const SystemClock clock;
  auto repository = Repository::open(options.keys, clock);
  if (!repository) return repository.error();
  auto blobs = open_blobs(options.blobs);
  if (!blobs) return blobs.error();
  Registry registry(options, std::move(*repository), std::move(*blobs));
  return registry.run(options, std::move(*pages));
}

}  // namespace rapt::marketplace
