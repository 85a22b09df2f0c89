// SPDX-License-Identifier: AGPL-3.0-or-later
// What is known without asking the repository.
#include <charconv>

#include "client_impl.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::tuf {

Result<bool> Client::Impl::is_current() const {
  const auto root_now = folder.read("root");
  if (!root_now) return root_now.error();
  const auto timestamp_now = folder.read("timestamp");
  if (!timestamp_now) return timestamp_now.error();
  return root && timestamp && *root_now == root->bytes && *timestamp_now == timestamp->bytes;
}

Result<bool> Client::Impl::is_known() {
  const auto current = is_current();
  if (!current) return current.error();
  if (complete && *current) return believe_all_fresh(start).has_value();
  complete = false;
  const auto noted = is_noted();
  return !noted || *noted ? noted : load_all();
}

std::string Client::Impl::note_key() const {
  return security::hex(security::sha256(root->bytes)) + security::hex(security::sha256(timestamp->bytes)) + " ";
}

Result<void> Client::Impl::note() const {
  const auto until = std::min(snapshot->document().expires, roles.at("targets")->document().expires);
  const auto text = note_key() + std::to_string(until.time_since_epoch().count());
  const auto old = folder.read_note();
  if (!old) return old.error();
  return *old == text ? Result<void>() : folder.write_note(text);
}

Result<bool> Client::Impl::is_noted() {
  RAPT_TRY(load_root());
  RAPT_TRY(load_timestamp());
  if (!timestamp) return false;
  const auto text = folder.read_note();
  if (!text) return text.error();
  const auto key = note_key();
  if (!text->starts_with(key)) return false;
  std::int64_t until = 0;
  const auto* end = text->data() + text->size();
  if (std::from_chars(text->data() + key.size(), end, until).ptr != end) return false;
  return TimePoint(std::chrono::microseconds(until)) > start &&
         believe_fresh("root", root->document().expires, start) &&
         believe_fresh("timestamp", timestamp->document().expires, start);
}

Result<bool> Client::Impl::load_all() {
  complete = false;
  RAPT_TRY(load_root());
  RAPT_TRY(load_timestamp());
  if (!timestamp) return false;
  RAPT_TRY(load_snapshot());
  if (!snapshot || snapshot->document().version != timestamp->document().snapshot.version ||
      !believe_bytes("snapshot", snapshot->bytes, timestamp->document().snapshot))
    return false;
  const auto meta = snapshot->document().meta.find("targets.json");
  if (meta == snapshot->document().meta.end()) return false;
  const auto& top = root->document();
  const auto targets = known_role("targets", Delegator{&top.roles.at("targets"), &top.keys}, meta->second);
  if (!targets) return targets.error();
  complete = *targets != nullptr;
  return complete && believe_all_fresh(start).has_value();
}

Result<void> Client::Impl::believe_all_fresh(TimePoint now) const {
  RAPT_TRY(believe_fresh("root", root->document().expires, now));
  RAPT_TRY(believe_fresh("timestamp", timestamp->document().expires, now));
  RAPT_TRY(believe_fresh("snapshot", snapshot->document().expires, now));
  return believe_fresh("targets", roles.at("targets")->document().expires, now);
}

std::string Client::Impl::fingerprint() const {
  std::string out = std::to_string(root ? root->document().version : 0);
  out += timestamp ? timestamp->bytes : std::string();
  return out + "/" + std::to_string(snapshot ? snapshot->document().version : 0);
}

Task<Result<void>> Client::Impl::prepare() {
  if (!asked)
    co_return Error::conflict("The registry's metadata has not been refreshed yet: nothing can be found in it.");
  if (!complete) RAPT_CO_TRY(load_all());
  if (!complete) RAPT_CO_TRY(co_await refresh());
  co_return believe_all_fresh(clock.now());
}

}  // namespace rapt::tuf
