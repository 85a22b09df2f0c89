// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "call.hpp"
#include "rapt/base/log.hpp"

namespace rapt::api {

/// Adds a field to a line of CSV (RFC 4180). What people have named may begin like a formula: an apostrophe makes it
/// text for every spreadsheet.
void add_csv_text(std::string& line, std::string_view text);
/// Of an answer that is a file of CSV.
http::Headers csv_headers(const std::string& file_name);

/// Answers with a file, page by page: however much it is, the host holds one page of it. `more(cursor)` gives the page
/// after (Task<Result<Page>>), `text(items)` its lines. A file that cannot be finished is torn, so that the reader sees
/// that it is not whole.
template <class Page, class More, class Text>
Task<void> stream_csv(Call& call, http::Headers headers, std::string header, Page page, More more, Text text) {
  auto* body = co_await call.responder.open_body_stream(std::move(headers));
  header += text(page.items);
  bool taken = co_await body->write(header);
  while (taken && page.next_cursor) {
    auto next = co_await more(*page.next_cursor);
    if (!next) {
      log::warn("csv.torn", {{"request_id", call.request.id}, {"detail", next.error().log_detail}});
      body->give_up();
      co_return;
    }
    page = std::move(*next);
    const std::string lines = text(page.items);
    taken = co_await body->write(lines);
  }
}

}  // namespace rapt::api
