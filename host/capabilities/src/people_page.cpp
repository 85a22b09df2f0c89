// SPDX-License-Identifier: AGPL-3.0-or-later
#include "people_page.hpp"

#include <algorithm>

#include "rapt/base/json_text.hpp"
#include "rapt/sandbox/services.hpp"

namespace rapt::host {

Result<std::string> page_of(const store::Rows& rows, std::int64_t limit,
                            const std::function<std::string(const store::Row&)>& user) {
  constexpr std::size_t kEnd = 512;  // of the brackets and the cursor
  std::string out = R"({"items":[)";
  std::size_t shown = 0;
  const auto most = std::min(rows.size(), static_cast<std::size_t>(limit));
  for (; shown < most; ++shown) {
    std::string item = rows[shown].text("item");
    if (user) item = R"({"user":")" + user(rows[shown]) + R"(",)" + item.substr(1);
    if (out.size() + item.size() + kEnd > sandbox::kMaxServiceBytes) break;
    if (shown > 0) out += ',';
    out += item;
  }
  if (shown == 0 && most > 0)
    return Error{.kind = ErrorKind::kTooLarge, .code = {}, .message = "One item is larger than an answer may be."};
  out += R"(],"next_cursor":)";
  if (rows.size() > shown) {
    append_json_string(out, rows[shown - 1].text("key"));
  } else {
    out += "null";
  }
  return out + "}";
}

}  // namespace rapt::host
