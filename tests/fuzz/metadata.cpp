// SPDX-License-Identifier: AGPL-3.0-or-later
// A registry's signed metadata, by its first byte one of the four kinds, or a path pattern and a path.
#include "rapt/tuf/metadata.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace rapt::tuf;

/// What was accepted says the same once more when it is written and read again, unknown fields included.
template <class Document, class Parse>
void check(const rapt::Result<Signed<Document>>& file, const Parse& parse) {
  if (!file) {
    if (file.error().message.empty()) std::abort();
    return;
  }
  const auto again = parse(encode(file->canonical, file->signatures));
  if (!again || again->canonical != file->canonical) std::abort();
  const auto known = parse(encode(canonical(file->document), {}));
  if (!known || canonical(known->document) != known->canonical) std::abort();
  if (file->document.version < 1) std::abort();
}

void check_signatures(const Signed<Root>& root) {
  for (const auto& [name, role] : root.document.roles) {
    const auto count = valid_signatures(root.canonical, root.signatures, role, root.document.keys);
    if (count < 0 || static_cast<std::size_t>(count) > role.key_ids.size()) std::abort();
  }
}

void check_pattern(std::string_view text) {
  const auto cut = text.find('\n');
  if (cut == std::string_view::npos) return;
  DelegatedRole role;
  role.paths = {std::string(text.substr(0, cut))};
  const auto path = text.substr(cut + 1);
  // No pattern reaches across a "/".
  const auto count = [](std::string_view of) { return std::count(of.begin(), of.end(), '/'); };
  if (matches(role, path) && count(path) != count(role.paths[0])) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'r': {
      const auto root = parse_root(bytes);
      check(root, parse_root);
      if (root) check_signatures(*root);
      break;
    }
    case 't':
      check(parse_timestamp(bytes), parse_timestamp);
      break;
    case 's':
      check(parse_snapshot(bytes), parse_snapshot);
      break;
    case 'd':
      check(parse_targets(bytes), parse_targets);
      break;
    default:
      check_pattern(bytes);
  }
  return 0;
}
