// SPDX-License-Identifier: AGPL-3.0-or-later
#include "publish_session.hpp"

#include <istream>
#include <ostream>

#include "author_bundle.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/marketplace/http_fetcher.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/marketplace/publisher_document.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using runtime::run_blocking;

constexpr std::size_t kMaxRootBytes = std::size_t{512} << 10;
constexpr int kAttempts = 5;

Result<std::string> registry_of(const Console& console, const Arguments& arguments) {
  auto url = arguments.value("registry");
  if (url.empty()) {
    const auto settings = local_settings_of(console);
    if (!settings) return settings.error();
    url = settings->marketplace_url;
  }
  while (url.ends_with('/')) url.pop_back();
  if (url.empty()) return Error::invalid("", "Say which registry: --registry URL, or set MARKETPLACE_URL.");
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    return Error::invalid("", "\"" + printable(url, 100) + "\" is no address: it begins with https://.");
  return url;
}

/// Where what is believed of a registry is kept, of each registry apart.
Result<fs::path> state_of(const Console& console, const std::string& url) {
  fs::path base = console.environment("XDG_STATE_HOME").value_or("");
  if (base.empty()) {
    const auto home = console.environment("HOME").value_or("");
    if (home.empty()) return Error::invalid("", "Set HOME, so that the registry's root can be remembered there.");
    base = fs::path(home) / ".local" / "state";
  }
  auto out = base / "raptscallions" / ("registry-" + security::hex(security::sha256(url)).substr(0, 16));
  std::error_code failure;
  fs::create_directories(out, failure);
  if (failure) return Error::invalid("", "The folder " + out.string() + " cannot be made: " + failure.message() + ".");
  return out;
}

bool says_yes(Console& console, std::string_view question) {
  console.err << question << " [y/N] " << std::flush;
  std::string line;
  std::getline(console.in, line);
  return line == "y" || line == "Y" || line == "yes";
}

Result<void> ask_about(Console& console, const std::string& url, const std::string& root_file) {
  const auto root = tuf::parse_root(root_file);
  if (!root) return root.error();
  const auto role = root->document.roles.find("root");
  if (role == root->document.roles.end()) return Error::invalid("", "The registry's root names no keys of its own.");
  if (!console.interactive || console.json) {
    return Error::conflict("This machine does not know the registry " + url +
                           " yet. Get its root file by a way that you trust, and say --root FILE.");
  }
  console.err << "This is the first time that you publish to " << url << ".\nIts root is signed with these keys ("
              << role->second.threshold << " of them have to agree):\n";
  for (const auto& id : role->second.key_ids) console.err << "  " << printable(id, 80) << "\n";
  console.err << "Compare them with those that its operator has told you by another way.\n";
  if (says_yes(console, "Believe them from now on?")) return {};
  return Error::conflict("Nothing was published: the registry's root is not trusted.");
}

}  // namespace

std::vector<Option> with_publish_options(std::vector<Option> options) {
  const std::vector<Option> all = {
      {"key", "FILE", "the publisher's key that `rapt keygen` made (required)"},
      {"registry", "URL", "otherwise MARKETPLACE_URL"},
      {"root", "FILE", "the registry's root, for the first time; otherwise it is shown, and you are asked"}};
  options.insert(options.end(), all.begin(), all.end());
  return options;
}

PublishSession::PublishSession(security::PrivateKey key, std::string url, fs::path state)
    : key_(std::move(key)), url_(std::move(url)), state_(std::move(state)) {
  registry_ = std::make_unique<marketplace::PublisherClient>(http_, url_, key_, clock_);
  marketplace::HttpFetcherOptions options;
  options.metadata_url = url_ + std::string(marketplace::kMetadataPath);
  options.targets_url = url_ + std::string(marketplace::kTargetsPath);
  fetcher_ = std::make_shared<marketplace::HttpFetcher>(http_, std::move(options));
  trust_ = std::make_unique<tuf::Client>(state_, fetcher_, clock_);
}

Result<std::unique_ptr<PublishSession>> PublishSession::open(const Console& console, const Arguments& arguments) {
  if (!arguments.has("key"))
    return Error::invalid("", "Say with which key: --key FILE (`rapt keygen PUBLISHER` makes one).");
  return open(console, arguments, load_key);
}

Result<std::unique_ptr<PublishSession>> PublishSession::open(const Console& console, const Arguments& arguments,
                                                             LoadKey load) {
  if (!arguments.has("key")) return Error::invalid("", "Say with which key: --key FILE.");
  auto key = load(arguments.value("key"));
  if (!key) return key.error();
  auto url = registry_of(console, arguments);
  if (!url) return url.error();
  auto state = state_of(console, *url);
  if (!state) return state.error();
  return std::unique_ptr<PublishSession>(new PublishSession(std::move(*key), std::move(*url), std::move(*state)));
}

Result<void> PublishSession::pin(Console& console, const Arguments& arguments) {
  const auto known = trust_->trusted_root();
  if (known) return {};
  if (known.error().kind != ErrorKind::kNotFound) return known.error();
  if (arguments.has("root")) {
    const auto file = read_file(arguments.value("root"), kMaxRootBytes);
    if (!file) return file.error();
    return trust_->init(*file);
  }
  const auto offered = run_blocking(fetcher_->metadata("1.root.json", kMaxRootBytes));
  if (!offered) return offered.error();
  RAPT_TRY(ask_about(console, url_, *offered));
  return trust_->init(*offered);
}

Result<std::optional<tuf::Targets>> PublishSession::current(const std::string& role) {
  RAPT_TRY(run_blocking(trust_->refresh()));
  auto read = run_blocking(trust_->role(role));
  if (!read && read.error().kind == ErrorKind::kNotFound) return std::optional<tuf::Targets>();
  if (!read) return read.error();
  return std::optional(std::move(*read));
}

Result<std::string> PublishSession::hand_in(const std::string& publisher,
                                            const std::function<Result<void>(tuf::Targets&)>& change) {
  for (int attempt = 1;; ++attempt) {
    const auto before = current(marketplace::publisher_role(publisher));
    if (!before) return before.error();
    auto next = marketplace::next_document(*before, clock_.now());
    RAPT_TRY(change(next));
    auto taken = run_blocking(registry_->hand_in(tuf::sign_document(next, {&key_})));
    if (taken || taken.error().kind != ErrorKind::kConflict || attempt == kAttempts) return taken;
  }
}

}  // namespace rapt::cli
