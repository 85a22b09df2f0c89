// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/lasting_text.hpp"

namespace rapt {

void append_sparingly(std::string& text, std::string_view more) {
  constexpr std::size_t kLeastRoom = 112;
  const auto size = text.size() + more.size();
  if (size <= text.capacity()) {
    text += more;
    return;
  }
  std::string larger;  // reserve() doubles what there is
  larger.reserve(size + size / 4 + kLeastRoom);
  larger.append(text).append(more);
  text.swap(larger);
}

}  // namespace rapt
