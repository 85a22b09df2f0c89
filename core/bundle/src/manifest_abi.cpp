// SPDX-License-Identifier: AGPL-3.0-or-later
#include <charconv>
#include <optional>

#include "manifest_parts.hpp"

namespace rapt::bundle {
namespace {

struct Abi {
  std::uint32_t major = 0, minor = 0;
};

bool read_number(std::string_view text, std::uint32_t& out) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Abi> read_one(JsonReader& in, const char* key) {
  std::string text;
  if (!in.text(key, text, 16, Need::kRequired)) return std::nullopt;
  const std::string_view view = text;
  const auto dot = view.find('.');
  Abi out;
  if (dot != std::string_view::npos && read_number(view.substr(0, dot), out.major) &&
      read_number(view.substr(dot + 1), out.minor) && out.major != 0)
    return out;
  in.fault(key, "Give a version of the ABI, such as \"1.1\".");
  return std::nullopt;
}

void read_range(JsonReader in, Manifest& out) {
  const auto least = read_one(in, "min"), built = read_one(in, "built");
  in.refuse_unknown();
  if (!least || !built) return;
  if (least->major != built->major || least->minor > built->minor) {
    in.fault("min", "It must be of the same major version as \"built\", and not newer.");
    return;
  }
  out.abi_major = built->major;
  out.abi_minor = least->minor;
  out.abi_built_minor = built->minor;
}

}  // namespace

void read_abi(JsonReader& in, Manifest& out) {
  if (in.is_object("abi")) {
    if (const auto range = in.object("abi")) read_range(*range, out);
  } else if (const auto abi = read_one(in, "abi")) {
    out.abi_major = abi->major;
    out.abi_minor = out.abi_built_minor = abi->minor;
  }
}

}  // namespace rapt::bundle
