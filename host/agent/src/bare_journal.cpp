// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bare_journal.hpp"

#include <unistd.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include "rapt/base/semver.hpp"

namespace rapt::agent {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr std::size_t kMostBytes = 64 * 1024;

Error wrong(const std::string& field) {
  return Error::invalid(field, "is missing or not what an update's journal has there");
}

/// Reads the fields one by one; the first that is wrong is kept.
class Reader {
 public:
  explicit Reader(const json& from) : from_(from) {}
  std::string text(const char* field) {
    const auto at = from_.find(field);
    if (at != from_.end() && at->is_string()) return at->get<std::string>();
    return fail(field), std::string();
  }
  std::string version(const char* field, bool may_be_empty = false) {
    auto out = text(field);
    if (!(may_be_empty && out.empty()) && !Version::parse(out)) fail(field);
    return out;
  }
  /// A name within one folder.
  std::string name(const char* field) {
    auto out = text(field);
    if (out.find('/') != std::string::npos || out.starts_with(".")) fail(field);
    return out;
  }
  bool flag(const char* field) {
    const auto at = from_.find(field);
    if (at != from_.end() && at->is_boolean()) return at->get<bool>();
    return fail(field), false;
  }
  int number(const char* field) {
    const auto at = from_.find(field);
    if (at != from_.end() && at->is_number_unsigned() && *at <= 1'000'000) return at->get<int>();
    return fail(field), 0;
  }
  Phase phase(const char* field) {
    if (const auto found = parse_phase(text(field))) return *found;
    return fail(field), Phase::kDownloading;
  }
  TimePoint time(const char* field) {
    if (const auto found = parse_time(text(field))) return *found;
    return fail(field), TimePoint{};
  }
  void fail(const std::string& field) {
    if (wrong_.empty()) wrong_ = field;
  }
  [[nodiscard]] const std::string& wrong_field() const { return wrong_; }

 private:
  const json& from_;
  std::string wrong_;
};

}  // namespace

std::string encode(const Journal& journal) {
  const json out{{"format", kFormat},
                 {"kind", journal.is_rollback ? "rollback" : "update"},
                 {"from", journal.from},
                 {"to", journal.to},
                 {"previous", journal.previous},
                 {"phase", name(journal.phase)},
                 {"failed_in", name(journal.failed_in)},
                 {"because", journal.because},
                 {"started_at", to_rfc3339(journal.started_at)},
                 {"with_downtime", journal.with_downtime},
                 {"backup", journal.backup},
                 {"restores", journal.restores},
                 {"restored", journal.restored},
                 {"migrations_before", journal.migrations_before},
                 {"interruptions", journal.interruptions}};
  return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<Journal> parse_journal(std::string_view text) {
  const json from = json::parse(text, nullptr, false);
  if (!from.is_object()) return Error::invalid("", "is no JSON object");
  Reader read(from);
  if (read.number("format") != kFormat) read.fail("format");
  const auto kind = read.text("kind");
  if (kind != "update" && kind != "rollback") read.fail("kind");
  Journal out;
  out.is_rollback = kind == "rollback";
  out.from = read.version("from");
  out.to = read.version("to");
  out.previous = read.version("previous", true);
  out.phase = read.phase("phase");
  out.failed_in = read.phase("failed_in");
  out.because = read.text("because");
  out.started_at = read.time("started_at");
  out.with_downtime = read.flag("with_downtime");
  out.backup = read.name("backup");
  out.restores = read.name("restores");
  out.restored = read.flag("restored");
  out.migrations_before = read.number("migrations_before");
  out.interruptions = read.number("interruptions");
  if (!read.wrong_field().empty()) return wrong(read.wrong_field());
  return out;
}

Result<std::optional<Journal>> read_journal(const Home& home) {
  std::error_code failed;
  if (!std::filesystem::exists(home.journal(), failed) && !failed) return std::optional<Journal>();
  const auto text = read_file(home.journal(), kMostBytes);
  auto journal = text ? parse_journal(*text) : Result<Journal>(text.error());
  if (journal) return std::optional(std::move(*journal));
  const Error fault = journal.error();
  const std::string where = fault.fields.empty() ? "" : fault.fields[0].path + " " + fault.fields[0].message;
  return Error::invalid(
      home.journal().string(),
      "The journal " + home.journal().string() + " cannot be read (" + where +
          "), so it is not known what an update has come to. See that `current` names the release "
          "that fits the database (`rapt migrate --status`), remove the journal, restart the service.");
}

Result<void> write_journal(const Home& home, const Journal& journal, StepObserver* observer) {
  const Step step(observer, "journal " + std::string(name(journal.phase)));
  const auto written = write_file_atomically(home.journal(), encode(journal), 0600);
  if (written) return {};
  const Error fault = written.error();
  return Error::unavailable("disk", "The journal " + home.journal().string() + " cannot be written" +
                                        (fault.fields.empty() ? "" : " (" + fault.fields[0].message + ")") +
                                        ". Make room on the disk, or give the folder to the account of `rapt agent`.");
}

Result<void> remove_journal(const Home& home, StepObserver* observer) {
  const Step step(observer, "remove journal");
  if (::unlink(home.journal().c_str()) != 0 && errno != ENOENT) return disk_error(home.journal(), "remove", errno);
  return sync_folder(home.journal().parent_path());
}

}  // namespace rapt::agent
