// SPDX-License-Identifier: AGPL-3.0-or-later
#include "world_reader.hpp"

#include <algorithm>

#include "rapt/accounts/fields.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"
#include "rapt/host/directory.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::author {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<const char*, World::kKinds> kLists{"users",       "groups",   "classes", "tools",
                                                        "assignments", "sessions", "runs",    "submissions"};
constexpr std::array<const char*, World::kKinds> kWords{"user",       "group",        "class", "tool",
                                                        "assignment", "conversation", "run",   "submission"};
constexpr std::size_t kLongestList = 400;  // of names, in a sentence

/// The same for the same name of the same kind; of the version for ids that somebody makes as they like (RFC 9562).
std::string made_id(std::string_view kind, std::string_view name) {
  auto hex = security::hex(security::sha256("rapt trial " + std::string(kind) + " " + std::string(name))).substr(0, 32);
  hex[12] = '8';
  hex[16] = 'a';
  for (const std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, "-");
  return hex;
}

std::string all_of(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    if (out.size() > kLongestList) return out + " and more";
    out += (out.empty() ? "" : ", ") + printable(name, 60);
  }
  return out.empty() ? "none" : out;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  return text;
}

std::size_t length(const nlohmann::json& object, const char* member) {
  const auto found = object.find(member);
  return found == object.end() ? 0 : found->size();
}

}  // namespace

void WorldReader::read() {
  for (std::size_t kind = 0; kind < World::kKinds; ++kind) name_all(static_cast<Kind>(kind));
  if (!faults_.empty()) return;
  for (std::size_t kind = 0; kind < World::kKinds; ++kind) {
    for (const auto& one : list(document_, kLists.at(kind)))
      things_.emplace(one.json.at("id").get<std::string>(), &one.json);
  }
  const auto sessions = length(document_, "sessions"), runs = length(document_, "runs");
  for (const auto& one : list(document_, "users")) read_user(one);
  for (const auto& one : list(document_, "groups")) read_group(one);
  for (const auto& one : list(document_, "classes")) read_class(one);
  for (const auto& one : list(document_, "tools")) read_tool(one);
  for (const auto& one : list(document_, "assignments")) read_assignment(one);
  for (const auto& one : list(document_, "sessions")) read_session(one, sessions);
  for (const auto& one : list(document_, "runs")) read_run(one, runs);
  for (const auto& one : list(document_, "submissions")) read_submission(one);
}

std::vector<WorldReader::Thing> WorldReader::list(Json& object, const char* member, const std::string& path) {
  std::vector<Thing> out;
  const auto found = object.find(member);
  if (found == object.end()) return out;
  const auto name = path.empty() ? std::string(member) : path + "." + member;
  for (std::size_t i = 0; i < found->size(); ++i) out.push_back({(*found)[i], name + "[" + std::to_string(i) + "]", i});
  return out;
}

void WorldReader::name_all(Kind kind) {
  const auto at = static_cast<std::size_t>(kind);
  for (const auto& one : list(document_, kLists.at(at))) {
    const auto name = one.json.at("id").get<std::string>();
    const auto given = canonical_uuid(name);
    const auto id = given ? *given : made_id(kWords.at(at), name);
    if (!world_.names_.emplace(id, name).second) {
      fault(one, "id", std::string("is another one's already") + (given ? "" : " in this list"));
      continue;
    }
    world_.ids_.at(at).emplace(given.value_or(name), id);
    one.json["id"] = id;
  }
}

WorldReader::Json* WorldReader::look_up(const Thing& thing, const char* member, Kind kind) {
  const auto found = thing.json.find(member);
  if (found == thing.json.end()) return nullptr;
  const auto id = world_.id(kind, found->get<std::string>());
  if (!id) {
    fault(thing, member,
          std::string("names no ") + kWords.at(static_cast<std::size_t>(kind)) +
              " of this world; there is: " + all_of(world_.names(kind)));
    return nullptr;
  }
  *found = *id;
  return things_.at(*id);
}

const WorldReader::Json* WorldReader::found(const Json& object, const char* member) const {
  const auto thing = things_.find(object.at(member).get<std::string>());
  return thing == things_.end() ? nullptr : thing->second;
}

std::optional<TimePoint> WorldReader::time(const Thing& thing, const char* member) {
  const auto found = thing.json.find(member);
  if (found == thing.json.end()) return std::nullopt;
  const auto read = parse_time(found->get<std::string>());
  if (!read) fault(thing, member, "is no time: write it as 2026-03-02T08:00:00Z");
  return read;
}

void WorldReader::check_name(const Thing& thing, const char* member) {
  const auto found = thing.json.find(member);
  if (found == thing.json.end()) return;
  const auto wrong = accounts::fault_of_name(found->get<std::string>());
  if (!wrong.empty()) fault(thing, member, wrong);
}

void WorldReader::read_user(const Thing& user) {
  const auto email = user.json.at("email").get<std::string>();
  if (const auto wrong = accounts::fault_of_email(email); !wrong.empty()) fault(user, "email", wrong);
  if (!seen_.insert("email " + lower(email)).second) fault(user, "email", "is another user's already");
  for (const char* member : {"name", "given_name", "family_name"}) check_name(user, member);
  read_external_ids(user, Kind::kUser);
}

void WorldReader::read_group(const Thing& group) {
  check_name(group, "name");
  const auto* parent = look_up(group, "parent", Kind::kGroup);
  // The tables know the place of a group by that of its parent, which has to be there.
  if (parent != nullptr && parent >= &group.json)
    fault(group, "parent", "stands below it in the list; parents come first");
  read_belongings(group, "members");
  read_external_ids(group, Kind::kGroup);
}

void WorldReader::read_class(const Thing& one) {
  check_name(one, "name");
  look_up(one, "group", Kind::kGroup);
  read_belongings(one, "enrollments");
  read_external_ids(one, Kind::kClass);
}

void WorldReader::read_belongings(const Thing& of, const char* member) {
  const auto id = of.json.at("id").get<std::string>();
  const bool of_class = of.json.contains("group");
  for (const auto& one : list(of.json, member, of.path)) {
    if (look_up(one, "user", Kind::kUser) == nullptr) continue;
    const auto user = one.json.at("user").get<std::string>();
    if (!seen_.insert(id + " " + user).second) fault(one, "user", "belongs to it already");
    auto& belongings = world_.belongings_[user];
    belongings.groups.insert(of_class ? of.json.at("group").get<std::string>() : id);
    if (of_class) belongings.classes.emplace(id, one.json.at("role").get<std::string>());
  }
}

void WorldReader::read_external_ids(const Thing& thing, Kind kind) {
  const auto found = thing.json.find("external_ids");
  if (found == thing.json.end()) return;
  for (const auto& [source, id] : found->items()) {
    const auto member = "external_ids." + source;
    if (!host::is_directory_source(source))
      fault(thing, member, "is no source: lower-case letters, digits, '.', '_' and '-'");
    const auto key =
        std::string(kWords.at(static_cast<std::size_t>(kind))) + " " + source + " " + id.get<std::string>();
    if (!seen_.insert(key).second) fault(thing, member, "is another one's already");
  }
}

void WorldReader::read_tool(const Thing& tool) {
  check_name(tool, "name");
  look_up(tool, "group", Kind::kGroup);
}

void WorldReader::read_assignment(const Thing& assignment) {
  look_up(assignment, "class", Kind::kClass);
  look_up(assignment, "tool", Kind::kTool);
}

/// Whose it is, with which tool and for which group, and when it began.
void WorldReader::read_work(const Thing& work, const char* type, std::size_t count) {
  look_up(work, "user", Kind::kUser);
  look_up(work, "group", Kind::kGroup);
  const bool has_tool = work.json.contains("tool"), has_assignment = work.json.contains("assignment");
  if (has_tool && has_assignment) fault(work, "assignment", "must not stand beside \"tool\": it has one");
  if (!has_tool && !has_assignment) fault(work, "tool", "is missing, or \"assignment\", which has one");
  const Json* tool = look_up(work, "tool", Kind::kTool);
  if (const auto* assignment = look_up(work, "assignment", Kind::kAssignment)) {
    tool = found(*assignment, "tool");
    work.json["tool"] = assignment->at("tool");
    const auto* of = found(*assignment, "class");
    if (of != nullptr && !work.json.contains("group")) work.json["group"] = of->at("group");
  }
  if (tool != nullptr && tool->value("type", "chat") != type)
    fault(work, has_assignment ? "assignment" : "tool",
          std::string("must be with a tool of the type \"") + type + "\"");
  const auto start = time(work, "started_at").value_or(now_ - hours(count - work.index));
  work.json["started_at"] = to_rfc3339(start);
}

void WorldReader::read_end(const Thing& work, bool ended, TimePoint otherwise) {
  const auto end = time(work, "ended_at");
  if (end && !ended) fault(work, "ended_at", "belongs to one that has ended");
  if (ended) work.json["ended_at"] = to_rfc3339(end.value_or(otherwise));
}

void WorldReader::read_session(const Thing& session, std::size_t count) {
  read_work(session, "chat", count);
  auto at = *parse_time(session.json.at("started_at").get<std::string>());
  for (const auto& message : list(session.json, "messages", session.path)) {
    at = time(message, "at").value_or(at + minutes(1));
    message.json["at"] = to_rfc3339(at);
  }
  read_end(session, session.json.value("state", "") == "completed", at + minutes(1));
  read_findings(session, length(session.json, "messages"));
}

void WorldReader::read_run(const Thing& run, std::size_t count) {
  read_work(run, "product", count);
  const bool has_output = run.json.contains("output") && !run.json.at("output").is_null();
  const auto state = run.json.value("state", has_output ? "complete" : "pending");
  run.json["state"] = state;
  if ((state == "complete") != has_output)
    fault(run, "output", "must stand there when the state is \"complete\", and only then");
  const auto start = *parse_time(run.json.at("started_at").get<std::string>());
  read_end(run, state == "complete" || state == "failed", start + minutes(1));
  read_findings(run, 0);
}

void WorldReader::read_findings(const Thing& work, std::size_t messages) {
  for (const auto& finding : list(work.json, "findings", work.path)) {
    if (finding.json.value("message_seq", std::size_t{0}) > messages)
      fault(finding, "message_seq", "is the number of no message; there are " + std::to_string(messages));
  }
}

void WorldReader::read_submission(const Thing& submission) {
  if (submission.json.contains("session") == submission.json.contains("run"))
    fault(submission, "", "must have \"session\" or \"run\", one of the two");
  const auto* work = look_up(submission, "session", Kind::kSession);
  if (const auto* run = look_up(submission, "run", Kind::kRun)) work = run;
  if (work != nullptr && !work->contains("assignment")) {
    fault(submission, submission.json.contains("run") ? "run" : "session", "is for no assignment");
  } else if (work != nullptr) {
    submission.json["user"] = work->at("user");
    submission.json["assignment"] = work->at("assignment");
    const auto attempt = submission.json.value("attempt", 1);
    const auto key = work->at("user").get<std::string>() + work->at("assignment").get<std::string>();
    if (!seen_.insert(key + std::to_string(attempt)).second)
      fault(submission, "attempt", "is handed in already by this user for this assignment");
  }
  const bool handed_in = submission.json.value("state", "submitted") != "in_progress";
  const auto at = time(submission, "submitted_at");
  if (at && !handed_in) fault(submission, "submitted_at", "belongs to what is not in progress any more");
  if (handed_in) submission.json["submitted_at"] = to_rfc3339(at.value_or(now_ - hours(1)));
  read_grade(submission);
}

void WorldReader::read_grade(const Thing& submission) {
  const auto grade = submission.json.find("grade");
  if (grade == submission.json.end()) return;
  if (grade->at("score").get<double>() > grade->at("score_of").get<double>())
    fault(submission, "grade.score", "must not be more than score_of");
  constexpr std::size_t kMostFeedback = 16384;
  if (grade->value("feedback", "").size() > kMostFeedback)
    fault(submission, "grade.feedback", "must have at most " + std::to_string(kMostFeedback) + " bytes");
}

}  // namespace rapt::author
