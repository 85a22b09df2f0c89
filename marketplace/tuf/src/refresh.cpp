// SPDX-License-Identifier: AGPL-3.0-or-later
#include "attack.hpp"
#include "client_impl.hpp"

namespace rapt::tuf {
namespace {

constexpr std::uint64_t kMostBytes = 64u << 20;  // whatever length a document is said to have

}  // namespace

std::string Client::Impl::versioned(const std::string& name, std::int64_t version) const {
  const auto file = quoted_name(name) + ".json";
  return name == "root" || root->document().consistent_snapshot ? std::to_string(version) + "." + file : file;
}

Task<Result<std::string>> Client::Impl::fetch(std::string file, std::string name, std::optional<std::uint64_t> length,
                                              std::size_t limit) {
  const auto most = std::min<std::uint64_t>(length.value_or(limit), kMostBytes);
  auto bytes = co_await fetcher->metadata(std::move(file), static_cast<std::size_t>(most));
  if (!bytes) {
    const auto error = bytes.error();
    if (error.kind == ErrorKind::kTooLarge) co_return attack::endless(name, most);
    if (error.kind == ErrorKind::kTimeout) co_return attack::slow(name, error);
    co_return error;
  }
  if (bytes->size() > most) co_return attack::endless(name, most);
  co_return std::move(*bytes);
}

Task<Result<void>> Client::Impl::refresh() {
  start = clock.now();
  RAPT_CO_TRY(load_root());
  RAPT_CO_TRY(co_await update_root());
  RAPT_CO_TRY(co_await update_timestamp());
  RAPT_CO_TRY(co_await update_snapshot());
  RAPT_CO_TRY(co_await update_targets());
  complete = asked = true;
  co_return note();
}

void Client::Impl::forget() {
  complete = asked = false;
  root.reset();
  timestamp.reset();
  snapshot.reset();
  roles.clear();
}

Result<void> Client::Impl::load_root() {
  auto bytes = folder.read("root");
  if (!bytes) return bytes.error();
  if (!*bytes) {
    root.reset();
    return attack::no_root();
  }
  if (root && root->bytes == **bytes) return {};
  auto parsed = parse_root(**bytes);
  if (!parsed) return attack::malformed("root", parsed.error());
  RAPT_TRY(believe_signatures("root", *parsed, parsed->document.roles.at("root"), parsed->document.keys));
  complete = false;
  root = Held<Root>{std::move(*parsed), std::move(**bytes)};
  return {};
}

Task<Result<void>> Client::Impl::update_root() {
  for (int rotation = 0; rotation < limits.root_rotations; ++rotation) {
    const auto file = versioned("root", root->document().version + 1);
    auto bytes = co_await fetch(file, "root", std::nullopt, limits.root_bytes);
    if (!bytes && bytes.error().kind == ErrorKind::kNotFound) break;
    if (!bytes) co_return bytes.error();
    RAPT_CO_TRY(accept_root(std::move(*bytes)));
  }
  co_return believe_fresh("root", root->document().expires, start);
}

Result<void> Client::Impl::accept_root(std::string bytes) {
  auto next = parse_root(bytes);
  if (!next) return attack::malformed("root", next.error());
  const auto& old = root->document();
  RAPT_TRY(believe_next_root(old, *next));
  complete = false;
  if (lost_key(old, next->document, "timestamp") || lost_key(old, next->document, "snapshot")) {
    // Whoever had the key may have signed versions so high that nothing could follow them (5.3.11).
    RAPT_TRY(folder.remove("timestamp"));
    RAPT_TRY(folder.remove("snapshot"));
    timestamp.reset();
    snapshot.reset();
  }
  RAPT_TRY(folder.write("root", bytes));
  root = Held<Root>{std::move(*next), std::move(bytes)};
  return {};
}

template <class T, class Parse>
Result<std::optional<Held<T>>> Client::Impl::local(const std::string& name, const std::optional<Held<T>>& memory,
                                                   Parse parse) {
  auto bytes = folder.read(name);
  if (!bytes) return bytes.error();
  std::optional<Held<T>> out;
  if (!*bytes) return out;
  if (memory && memory->bytes == **bytes) {
    out = *memory;
  } else {
    auto parsed = parse(**bytes);
    if (!parsed) return out;
    out = Held<T>{std::move(*parsed), std::move(**bytes)};
  }
  const auto& top = root->document();
  if (!believe_signatures(name, out->file, top.roles.at(name), top.keys)) out.reset();
  return out;
}

Result<void> Client::Impl::load_timestamp() {
  auto found = local<Timestamp>("timestamp", timestamp, parse_timestamp);
  if (!found) return found.error();
  timestamp = std::move(*found);
  return {};
}

Result<void> Client::Impl::load_snapshot() {
  auto found = local<Snapshot>("snapshot", snapshot, parse_snapshot);
  if (!found) return found.error();
  snapshot = std::move(*found);
  return {};
}

Task<Result<void>> Client::Impl::update_timestamp() {
  RAPT_CO_TRY(load_timestamp());
  auto bytes = co_await fetch("timestamp.json", "timestamp", std::nullopt, limits.timestamp_bytes);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) co_return attack::missing("timestamp", "metadata");
  if (!bytes) co_return bytes.error();
  if (!timestamp || timestamp->bytes != *bytes) RAPT_CO_TRY(accept_timestamp(std::move(*bytes)));
  co_return believe_fresh("timestamp", timestamp->document().expires, start);
}

Result<void> Client::Impl::accept_timestamp(std::string bytes) {
  auto next = parse_timestamp(bytes);
  if (!next) return attack::malformed("timestamp", next.error());
  const auto& top = root->document();
  RAPT_TRY(believe_signatures("timestamp", *next, top.roles.at("timestamp"), top.keys));
  RAPT_TRY(believe_newer(next->document, timestamp ? &timestamp->document() : nullptr));
  // Of one version the first that was seen stays (5.4.3.1).
  if (timestamp && next->document.version == timestamp->document().version) return {};
  RAPT_TRY(believe_fresh("timestamp", next->document.expires, start));
  complete = false;
  RAPT_TRY(folder.write("timestamp", bytes));
  timestamp = Held<Timestamp>{std::move(*next), std::move(bytes)};
  return {};
}

Task<Result<void>> Client::Impl::update_snapshot() {
  RAPT_CO_TRY(load_snapshot());
  const auto meta = timestamp->document().snapshot;
  if (snapshot && snapshot->document().version == meta.version && believe_bytes("snapshot", snapshot->bytes, meta) &&
      believe_fresh("snapshot", snapshot->document().expires, start))
    co_return Result<void>();
  auto bytes = co_await fetch(versioned("snapshot", meta.version), "snapshot", meta.length, limits.snapshot_bytes);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) co_return attack::missing("snapshot", "timestamp");
  if (!bytes) co_return bytes.error();
  co_return accept_snapshot(std::move(*bytes), meta);
}

Result<void> Client::Impl::accept_snapshot(std::string bytes, const FileMeta& meta) {
  RAPT_TRY(believe_bytes("snapshot", bytes, meta));
  auto next = parse_snapshot(bytes);
  if (!next) return attack::malformed("snapshot", next.error());
  const auto& top = root->document();
  RAPT_TRY(believe_signatures("snapshot", *next, top.roles.at("snapshot"), top.keys));
  RAPT_TRY(believe_version("snapshot", next->document.version, meta, "timestamp"));
  RAPT_TRY(believe_newer(next->document, snapshot ? &snapshot->document() : nullptr));
  RAPT_TRY(believe_fresh("snapshot", next->document.expires, start));
  RAPT_TRY(folder.write("snapshot", bytes));
  snapshot = Held<Snapshot>{std::move(*next), std::move(bytes)};
  return {};
}

Task<Result<void>> Client::Impl::update_targets() {
  const auto& top = root->document();
  const auto loaded = co_await load_role("targets", Delegator{&top.roles.at("targets"), &top.keys});
  if (!loaded) co_return loaded.error();
  co_return Result<void>();
}

}  // namespace rapt::tuf
