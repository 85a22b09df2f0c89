// SPDX-License-Identifier: AGPL-3.0-or-later
// A reading log with a table, routes, a panel and an export of its own.
#include <string>
#include <string_view>

#include <rapt/json.hpp>
#include <rapt/module.hpp>
#include <rapt/services.hpp>

namespace {

using rapt::json::quote;
using rapt::json::Value;

std::string failure(int status, std::string_view sentence, std::string_view code) {
  return R"({"status":)" + std::to_string(status) + R"(,"json":{"error":)" + quote(sentence) + R"(,"code":)" +
         quote(code) + "}}";
}

std::string no_such_class() {
  return failure(404, "There is no such class.", "NOT_FOUND");
}

/// What the caller is in a class: "teacher", "student" or "" for nobody there.
std::string_view role_in(const Value& caller, std::string_view class_id) {
  if (caller.get("role").text() == "system_admin") return "teacher";
  for (const auto& one : caller.get("classes").list()) {
    if (one.get("id").text() == class_id) return one.get("role").text();
  }
  return {};
}

/// A field of CSV (RFC 4180); an apostrophe keeps a title from being a formula.
std::string field(std::string_view text) {
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) out += '\'';
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

class ReadingLog {
 public:
  explicit ReadingLog(const rapt::Host& host) : host_(host), sql_(host.sql()) {}

  std::string on_route(std::string_view input) {
    const Value asked = rapt::json::parse(input).value_or(Value());
    const auto class_id = asked.get("parameters").get("class").text();
    const auto role = role_in(asked.get("caller"), class_id);
    if (role.empty()) return no_such_class();
    const auto method = asked.get("method").text();
    const bool teaches = role == "teacher";
    const auto reader = asked.get("caller").get("user").text();
    if (method == "POST") return add(class_id, reader, asked.get("json"));
    if (method == "DELETE") return remove(class_id, asked.get("parameters").get("entry").text(), teaches ? "" : reader);
    return list(class_id, teaches ? "" : reader, asked.get("query").get("after").text());
  }

  std::string on_panel(std::string_view input) {
    const Value asked = rapt::json::parse(input).value_or(Value());
    const Value sums =
        query("SELECT count(*), coalesce(sum(pages), 0), count(DISTINCT reader) FROM entries WHERE class_id = $1",
              "[" + quote(asked.get("place_id").text()) + "]");
    const auto& sum = sums.get("rows").list().at(0).list();
    if (sum.at(0).integer() == 0) return R"({"parts":[],"empty":"Nobody has noted anything yet."})";
    const auto counter = [](const char* label, const Value& value) {
      return R"({"label":")" + std::string(label) + R"(","value":)" + std::to_string(value.integer()) + "}";
    };
    const Value top = query(
        "SELECT title, count(DISTINCT reader), sum(pages) FROM entries WHERE class_id = $1 GROUP BY title "
        "ORDER BY sum(pages) DESC, title LIMIT 20",
        "[" + quote(asked.get("place_id").text()) + "]");
    std::string rows;
    for (const auto& row : top.get("rows").list()) {
      // A panel's text holds at most 500 bytes; a title of 200 characters may have more.
      rows += std::string(rows.empty() ? "" : ",") + "[" + quote(shortened(row.list().at(0).text())) + "," +
              std::to_string(row.list().at(1).integer()) + "," + std::to_string(row.list().at(2).integer()) + "]";
    }
    return R"({"parts":[{"kind":"counters","items":[)" + counter("Entries", sum.at(0)) + "," +
           counter("Pages", sum.at(1)) + "," + counter("Readers", sum.at(2)) +
           R"(]},{"kind":"table","title":"What is read most","columns":[{"label":"Title"},)" +
           R"({"label":"Readers","align":"right"},{"label":"Pages","align":"right"}],"rows":[)" + rows + "]}]}";
  }

  std::string on_export(std::string_view input) {
    const Value asked = rapt::json::parse(input).value_or(Value());
    const std::string after(asked.get("memo").text().empty() ? "0" : asked.get("memo").text());
    const Value found = page(asked.get("place_id").text(), "", after);
    std::string lines = asked.get("piece").integer() == 0 ? "noted_at,reader,title,pages\r\n" : "";
    std::string last = after;
    for (const auto& row : found.get("rows").list()) {
      const auto& cell = row.list();
      last = std::to_string(cell.at(0).integer());
      lines += field(cell.at(4).text()) + "," + field(cell.at(1).text()) + "," + field(cell.at(2).text()) + "," +
               std::to_string(cell.at(3).integer()) + "\r\n";
    }
    const bool done = found.get("rows").list().size() < kPage;
    return R"({"text":)" + quote(lines) + (done ? R"(,"done":true})" : R"(,"memo":)" + quote(last) + "}");
  }

 private:
  static constexpr std::size_t kPage = 100;

  /// What PostgreSQL says of a wrong statement goes into the log, where the author finds it.
  Value query(std::string_view sql, const std::string& params) {
    try {
      return rapt::json::parse(sql_.query(sql, params)).value_or(Value());
    } catch (const rapt::SqlFault& fault) {
      host_.log(RAPT_LOG_ERROR, "wrong SQL: " + fault.json());
      throw;
    }
  }

  /// Entries of one reader, or of all ("").
  Value page(std::string_view class_id, std::string_view reader, std::string_view after) {
    return query(
        "SELECT id, reader, title, pages, to_char(noted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM "
        "entries "
        "WHERE class_id = $1 AND ($2 = '' OR reader = $2) AND id > $3::bigint ORDER BY id LIMIT 100",
        "[" + quote(class_id) + "," + quote(reader) + "," + quote(after) + "]");
  }

  std::string list(std::string_view class_id, std::string_view reader, std::string_view after) {
    if (!after.empty() && !is_number(after))
      return failure(400, "after: must be the id of an entry.", "VALIDATION_ERROR");
    const Value found = page(class_id, reader, after.empty() ? "0" : after);
    std::string items;
    for (const auto& row : found.get("rows").list()) {
      const auto& cell = row.list();
      items += std::string(items.empty() ? "" : ",") + R"({"id":)" + std::to_string(cell.at(0).integer()) +
               R"(,"reader":)" + quote(cell.at(1).text()) + R"(,"title":)" + quote(cell.at(2).text()) + R"(,"pages":)" +
               std::to_string(cell.at(3).integer()) + R"(,"noted_at":)" + quote(cell.at(4).text()) + "}";
    }
    return R"({"json":[)" + items + "]}";
  }

  std::string add(std::string_view class_id, std::string_view reader, const Value& entry) {
    const auto title = entry.get("title").text();
    const auto pages = entry.get("pages").integer();
    if (title.empty() || letters(title) > 200)
      return failure(400, "title: must have 1 to 200 characters.", "VALIDATION_ERROR");
    if (pages < 1 || pages > 10000)
      return failure(400, "pages: must be a whole number from 1 to 10000.", "VALIDATION_ERROR");
    const Value made =
        query("INSERT INTO entries (class_id, reader, title, pages) VALUES ($1, $2, $3, $4) RETURNING id",
              "[" + quote(class_id) + "," + quote(reader) + "," + quote(title) + "," + std::to_string(pages) + "]");
    return R"({"status":201,"json":{"id":)" + std::to_string(made.get("rows").list().at(0).list().at(0).integer()) +
           "}}";
  }

  std::string remove(std::string_view class_id, std::string_view entry, std::string_view reader) {
    if (!is_number(entry)) return failure(404, "There is no such entry.", "NOT_FOUND");
    const Value gone = query("DELETE FROM entries WHERE class_id = $1 AND id = $2::bigint AND ($3 = '' OR reader = $3)",
                             "[" + quote(class_id) + "," + quote(entry) + "," + quote(reader) + "]");
    return gone.get("count").integer() == 1 ? R"({"status":204})"
                                            : failure(404, "There is no such entry.", "NOT_FOUND");
  }

  static bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string_view::npos;
  }
  /// Characters of UTF-8: bytes that go on with one do not count.
  static std::size_t letters(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
  }
  static std::string shortened(std::string_view text) {
    std::size_t end = 0, count = 0;
    while (end < text.size() && (count < 100 || (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80))
      count += (static_cast<unsigned char>(text[end++]) & 0xC0) != 0x80;
    return std::string(text.substr(0, end)) + (end < text.size() ? "…" : "");
  }

  rapt::Host host_;
  rapt::Sql sql_;
};

}  // namespace

RAPT_MODULE(ReadingLog, RAPT_MODULE_NAME, RAPT_MODULE_VERSION);
