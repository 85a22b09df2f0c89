// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rapt/base/clock.hpp"
#include "rapt/base/error.hpp"

/// What a client says when the repository attacks it or is broken: one sentence each that an admin understands.
/// `document` is a role's name and comes from outside.
namespace rapt::tuf::attack {

/// Too few of the keys have signed.
Error wrong_keys(std::string_view document, int signed_by, int needed);
/// A version older than the one that was seen.
Error rollback(std::string_view document, std::int64_t offered, std::int64_t seen);
/// A document that the snapshot named before is named no more.
Error vanished(std::string_view document);
/// The timestamp has expired: news are held back.
Error freeze(TimePoint expired);
/// Another document than the timestamp has expired.
Error expired(std::string_view document, TimePoint since);
/// Parts of different states of the repository, or other bytes than were vouched for.
Error mix(std::string_view document, std::string_view why);
/// More bytes than there may be.
Error endless(std::string_view document, std::uint64_t limit);
/// A transfer that trickles.
Error slow(std::string_view document, const Error& cause);
/// What the metadata names is not there.
Error missing(std::string_view document, std::string_view named_by);
/// Not there, and no fault: the whole sentence. kNotFound.
Error nothing(std::string sentence);
/// There is no root to begin with.
Error no_root();
/// A document that cannot be read.
Error malformed(std::string_view document, const Error& cause);

/// Of a target's bytes.
Error other_target(std::string_view path);
Error endless_target(std::string_view path, std::uint64_t length);

}  // namespace rapt::tuf::attack
