// SPDX-License-Identifier: AGPL-3.0-or-later
#include "attack.hpp"

#include "rapt/base/text.hpp"

namespace rapt::tuf::attack {
namespace {

constexpr std::string_view kPart = "registry";
constexpr std::string_view kKept = " Nothing of it is used.";

std::string quoted(std::string_view name) {
  return "\"" + printable(name, 120) + "\"";
}

Error forbidden(std::string message) {
  auto error = Error::forbidden(std::move(message));
  error.part = kPart;
  return error;
}

}  // namespace

Error wrong_keys(std::string_view document, int signed_by, int needed) {
  const auto have = signed_by == 0 ? "none" : std::to_string(signed_by);
  return forbidden("The registry's document " + quoted(document) + " is signed by " + have +
                   " of the trusted keys, and " + std::to_string(needed) +
                   (needed == 1 ? " must" : " different ones must") + " sign it: it may be forged." +
                   std::string(kKept));
}

Error rollback(std::string_view document, std::int64_t offered, std::int64_t seen) {
  return forbidden("The registry offers version " + std::to_string(offered) + " of its document " + quoted(document) +
                   ", but version " + std::to_string(seen) +
                   " has been seen here before: an old state is played back, perhaps to bring back known faults." +
                   std::string(kKept));
}

Error vanished(std::string_view document) {
  return forbidden("The registry's snapshot no longer names the document " + quoted(document) +
                   ", which it did before: parts of the registry are being hidden." + std::string(kKept));
}

Error freeze(TimePoint expired) {
  return forbidden("The registry's newest word has expired at " + to_rfc3339(expired) +
                   ": somebody holds its news back, or nobody tends it, or this machine's clock is wrong. Check the "
                   "clock, then tell the registry's operator.");
}

Error expired(std::string_view document, TimePoint since) {
  return forbidden("The registry's document " + quoted(document) + " has expired at " + to_rfc3339(since) +
                   ": whoever signs it must renew it, or this machine's clock is wrong." + std::string(kKept));
}

Error mix(std::string_view document, std::string_view why) {
  return forbidden("The registry's document " + quoted(document) + " does not belong to the others: " +
                   std::string(why) + " Parts of different states have been mixed." + std::string(kKept));
}

Error endless(std::string_view document, std::uint64_t limit) {
  return forbidden("The registry sent more than the " + std::to_string(limit) + " bytes that its document " +
                   quoted(document) + " may have: the transfer was ended, so that it cannot fill this machine.");
}

Error slow(std::string_view document, const Error& cause) {
  Error error;
  error.kind = ErrorKind::kTimeout;
  error.part = kPart;
  error.message = "The registry sends its document " + quoted(document) +
                  " too slowly to be of use: the transfer was ended. Try again; if it stays so, somebody may be "
                  "slowing it down to hold updates back.";
  error.log_detail = cause.message;
  return error;
}

Error missing(std::string_view document, std::string_view named_by) {
  return Error::unavailable(std::string(kPart), "The registry does not have its document " + quoted(document) +
                                                    ", which its " + std::string(named_by) +
                                                    " names. Try again in a few minutes; if it stays so, tell the "
                                                    "registry's operator.");
}

Error nothing(std::string sentence) {
  Error error;
  error.kind = ErrorKind::kNotFound;
  error.message = std::move(sentence);
  error.part = kPart;
  return error;
}

Error no_root() {
  return nothing("No registry is trusted here yet: first its root has to come by a safe way (rapt trust root FILE).");
}

Error malformed(std::string_view document, const Error& cause) {
  auto error = cause;
  const auto where = cause.fields.empty() ? std::string() : cause.fields.front().path;
  const auto why = cause.fields.empty() ? cause.message : cause.fields.front().message;
  error.message = "The registry's document " + quoted(document) + " cannot be read" +
                  (where.empty() ? std::string() : ", at " + where) + ": " + why + std::string(kKept);
  error.part = kPart;
  return error;
}

Error other_target(std::string_view path) {
  return forbidden("The registry sent other bytes for " + quoted(path) +
                   " than its publisher has signed: they were thrown away.");
}

Error endless_target(std::string_view path, std::uint64_t length) {
  return forbidden("The registry sent more than the " + std::to_string(length) + " bytes that " + quoted(path) +
                   " has: the transfer was ended, and what had come was thrown away.");
}

}  // namespace rapt::tuf::attack
