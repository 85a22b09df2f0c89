// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tuf/client.hpp"

#include <thread>

#include "attack.hpp"
#include "client_impl.hpp"
#include "hashes.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::tuf {
namespace {

constexpr auto kPause = std::chrono::milliseconds(5);
constexpr auto kPatience = std::chrono::minutes(5);  // longer than any update that still moves
constexpr auto kInitPatience = std::chrono::seconds(30);

Error busy_elsewhere() {
  return Error::unavailable("update metadata",
                            "Another program has been updating the registry's metadata for a long time. Try again "
                            "later, or end that program.");
}

/// "modules/x/HASH.x-1.0.0.rapt" with consistent snapshots.
std::string stored_path(const FoundTarget& target, bool consistent) {
  if (!consistent) return target.path;
  const auto& hashes = target.target.hashes;
  const auto sha256 = hashes.find("sha256");
  const auto& hash = sha256 != hashes.end() ? sha256->second : hashes.at("sha512");
  const auto name = target.path.find_last_of('/') + 1;  // 0 where there is none
  return target.path.substr(0, name) + hash + "." + target.path.substr(name);
}

/// A path that stays below the repository's targets, whoever serves or mirrors them.
bool is_safe(std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto segment = path.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") return false;
    begin = end + 1;
  }
  return path.find('\0') == std::string_view::npos && path.find('\\') == std::string_view::npos;
}

}  // namespace

Client::Client(std::filesystem::path folder, std::shared_ptr<Fetcher> fetcher, const Clock& clock, Limits limits)
    : impl_(std::make_unique<Impl>(std::move(folder), std::move(fetcher), clock, limits)) {}

Client::~Client() = default;

Result<std::optional<Turn>> Client::Impl::try_turn() {
  std::optional<Turn> none;
  if (busy.exchange(true, std::memory_order_acquire)) return none;
  Turn mine(busy, UniqueFd());
  auto lock = folder.try_lock();
  if (!lock) return lock.error();
  if (!*lock) return none;
  mine.hold(std::move(**lock));
  return std::optional<Turn>(std::move(mine));
}

Task<Result<Turn>> Client::Impl::turn() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    auto mine = try_turn();
    if (!mine) co_return mine.error();
    if (*mine) co_return std::move(**mine);
    if (std::chrono::steady_clock::now() > until) co_return busy_elsewhere();
    co_await runtime::sleep_for(kPause);
  }
}

Result<Turn> Client::Impl::wait_for_turn() {
  const auto until = std::chrono::steady_clock::now() + kInitPatience;
  for (;;) {
    auto mine = try_turn();
    if (!mine) return mine.error();
    if (*mine) return std::move(**mine);
    if (std::chrono::steady_clock::now() > until) return busy_elsewhere();
    std::this_thread::sleep_for(kPause);
  }
}

Result<void> Client::init(std::string_view root) {
  const auto parsed = parse_root(root);
  if (!parsed) return parsed.error();
  RAPT_TRY(believe_signatures("root", *parsed, parsed->document.roles.at("root"), parsed->document.keys));
  const auto turn = impl_->wait_for_turn();
  if (!turn) return turn.error();
  impl_->forget();
  // What the old root vouched for goes first: a crash in between leaves no document without its root.
  RAPT_TRY(impl_->folder.clear());
  return impl_->folder.write("root", root);
}

Task<Result<void>> Client::refresh() {
  const auto turn = co_await impl_->turn();
  if (!turn) co_return turn.error();
  co_return co_await impl_->refresh();
}

Task<Result<bool>> Client::check() {
  const auto turn = co_await impl_->turn();
  if (!turn) co_return turn.error();
  auto& impl = *impl_;
  impl.start = impl.clock.now();
  const auto known = impl.is_known();
  if (!known) co_return known.error();
  if (*known) {
    auto bytes = co_await impl.fetch("timestamp.json", "timestamp", std::nullopt, impl.limits.timestamp_bytes);
    if (!bytes && bytes.error().kind == ErrorKind::kNotFound) co_return attack::missing("timestamp", "metadata");
    if (!bytes) co_return bytes.error();
    if (*bytes == impl.timestamp->bytes) {
      impl.asked = true;
      co_return false;
    }
  }
  const auto before = impl.fingerprint();
  RAPT_CO_TRY(co_await impl.refresh());
  co_return before != impl.fingerprint();
}

Task<Result<FoundTarget>> Client::find(std::string path) {
  const auto turn = co_await impl_->turn();
  if (!turn) co_return turn.error();
  RAPT_CO_TRY(co_await impl_->prepare());
  co_return co_await impl_->find(std::move(path));
}

Task<Result<Targets>> Client::role(std::string name) {
  const auto turn = co_await impl_->turn();
  if (!turn) co_return turn.error();
  RAPT_CO_TRY(co_await impl_->prepare());
  co_return co_await impl_->role(std::move(name));
}

Task<Result<void>> Client::download(FoundTarget target, std::function<Result<void>(std::string_view piece)> sink) {
  if (!is_safe(target.path))
    co_return Error::invalid("path", "The metadata names the target \"" + target.path +
                                         "\", whose path would lead out of the registry: it is not fetched.");
  const auto root = trusted_root();
  if (!root) co_return root.error();
  Hashes hashes(target.target.hashes);
  std::uint64_t got = 0;
  bool too_much = false;
  std::optional<Error> refused;
  std::function<Result<void>(std::string_view)> take = [&](std::string_view piece) -> Result<void> {
    too_much = piece.size() > target.target.length - got;
    if (too_much) return attack::endless_target(target.path, target.target.length);
    got += piece.size();
    hashes.add(piece);
    auto taken = sink(piece);
    if (!taken) refused = taken.error();
    return taken;
  };
  const auto fetched =
      co_await impl_->fetcher->target(stored_path(target, root->consistent_snapshot), target.target.length, take);
  if (refused) co_return *refused;
  if (too_much || (!fetched && fetched.error().kind == ErrorKind::kTooLarge))
    co_return attack::endless_target(target.path, target.target.length);
  if (!fetched) {
    const auto error = fetched.error();
    if (error.kind == ErrorKind::kTimeout) co_return attack::slow(target.path, error);
    if (error.kind == ErrorKind::kNotFound) co_return attack::missing(target.path, "metadata");
    co_return error;
  }
  if (got != target.target.length || !hashes.fit()) co_return attack::other_target(target.path);
  co_return Result<void>();
}

Result<Root> Client::trusted_root() const {
  const auto bytes = impl_->folder.read("root");
  if (!bytes) return bytes.error();
  if (!*bytes) return attack::no_root();
  const auto root = parse_root(**bytes);
  if (!root) return root.error();
  return root->document;
}

std::optional<Timestamp> Client::trusted_timestamp() const {
  const auto bytes = impl_->folder.read("timestamp");
  if (!bytes || !*bytes) return std::nullopt;
  const auto timestamp = parse_timestamp(**bytes);
  if (!timestamp) return std::nullopt;
  return timestamp->document;
}

}  // namespace rapt::tuf
