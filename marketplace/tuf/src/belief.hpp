// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::tuf {

/// A document with the bytes that it was read from.
template <class T>
struct Held {
  Signed<T> file;
  std::string bytes;
  [[nodiscard]] const T& document() const { return file.document; }
};

/// Fails unless enough different keys of the role have signed.
template <class T>
Result<void> believe_signatures(std::string_view name, const Signed<T>& file, const Role& role,
                                const std::map<std::string, Key>& keys);
/// Fails unless the bytes have the length and the hashes that another document names, where it names them.
Result<void> believe_bytes(std::string_view name, std::string_view bytes, const FileMeta& meta);
/// The steps of 5.3: signed by the old root's keys and by its own, and the next version.
Result<void> believe_next_root(const Root& old, const Signed<Root>& next);
/// The steps of 5.4.2 and 5.4.3; `old` may be null.
Result<void> believe_newer(const Timestamp& next, const Timestamp* old);
/// Step 5.5.5: nothing that was named has vanished or become older. `old` may be null.
Result<void> believe_newer(const Snapshot& next, const Snapshot* old);
Result<void> believe_version(std::string_view name, std::int64_t version, const FileMeta& meta,
                             std::string_view said_by);
Result<void> believe_fresh(std::string_view name, TimePoint expires, TimePoint now);
/// Whether a key that could speak for the role no longer can: then a fast-forward attack may have to be undone.
bool lost_key(const Root& old, const Root& next, const std::string& role);

}  // namespace rapt::tuf
