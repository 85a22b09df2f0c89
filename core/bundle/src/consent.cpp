// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/bundle/consent.hpp"

#include <algorithm>
#include <array>

#include "rapt/base/text.hpp"

namespace rapt::bundle {
namespace {

constexpr std::string_view kPrivate = "private";

struct Row {
  std::string_view permission, gives;
  bool offered = true;
};

// What each permission gives, in words for somebody who runs a school. Every permission has a row; a test holds it.
constexpr std::array kRows{
    Row{"log", "It writes lines into its own log, which administrators read."},
    Row{"config", "It reads the settings that administrators made for it, without the secrets among them."},
    Row{"kv", "It keeps small values of its own in this installation's database."},
    Row{"sql",
        "It has tables of its own in this installation's database. It sees no others, and they can grow with use."},
    Row{"routes", "It answers requests of browsers and other programs at addresses below its own name."},
    Row{"http", "It has this host fetch from the internet, and may send there whatever it has learned."},
    Row{"events",
        "It is told when things happen (a conversation ends, somebody joins a class), and tells other modules."},
    Row{"jobs", "It works in the background, also when nobody asks it: later, again, or by the clock."},
    Row{"secrets", "It has secrets, such as keys, put into its requests by this host. It never sees them itself."},
    Row{"directory", "It reads names, addresses, roles, groups, classes and who is in them."},
    Row{"sessions",
        "It reads conversations of students word for word: those with tools that it is attached to, and in a page only "
        "what the reader may read."},
    Row{"grades", "It writes and reads grades of students."},
    Row{"ai", "It asks the AI by itself; what that costs counts against the budget of the group."},
    Row{"notify", "It would send messages to people.", false},
    Row{"exports", "It makes files that people download from these pages."},
    Row{"auth-provider",
        "It decides who logs in and as whom. Grant this only to a publisher whom you trust with every "
        "account."},
    Row{"panels",
        "It shows figures, tables and texts on pages of this installation, without any code of its own in "
        "the browser."},
    Row{"realtime", "It would reach open pages at once.", false},
    Row{"metrics", "It counts figures of its own, which administrators see."},
};

struct HookRow {
  std::string_view point, reads, may;
  bool in_conversation = true;
};

// Every point that a manifest can name has a row; a test holds it.
constexpr std::array kHookRows{
    HookRow{"session:start", "It is told when a conversation begins", "", false},
    HookRow{"chat:on_message", "It reads each message as it arrives", ", and may change or stop it"},
    HookRow{"chat:before_ai", "It reads each message before the AI does", ", and may change or stop it"},
    HookRow{"chat:on_delta", "It reads the AI's answers while they are written", ", and may change or stop them"},
    HookRow{"chat:after_ai", "It reads each answer of the AI", ", and may change or withhold it"},
    HookRow{"session:end", "It is told when a conversation ends", ""},
    HookRow{"product:before_ai", "It reads what is entered before the AI does", ", and may change or stop it", false},
    HookRow{"product:after_ai", "It reads each result of the AI", ", and may change or withhold it", false},
    HookRow{"run:complete", "It reads what was entered, and the result, once that is stored", "", false}};

std::string history_in_words(const std::optional<int>& history) {
  if (!history) return "the whole conversation";
  if (*history == 0) return "nothing that was said before";
  return *history == 1 ? "the message before" : "the last " + std::to_string(*history) + " messages before";
}

const HookRow* row_of(const ManifestHook& hook) {
  const auto* row =
      std::find_if(kHookRows.begin(), kHookRows.end(), [&](const HookRow& one) { return one.point == hook.point; });
  return row == kHookRows.end() ? nullptr : row;
}

bool gives_more(const std::optional<int>& history, const std::optional<int>& before) {
  return before && (!history || *history > *before);
}

void tell(HookChange& change, bool more, const std::string& sentence) {
  change.more = change.more || more;
  change.words += (change.words.empty() ? "" : " ") + sentence;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + printable(words[i], 300);
  return out;
}

std::string of_hosts(const std::vector<std::string>& hosts) {
  std::vector<std::string> named;
  std::string out;
  const auto has = [&](std::string_view host) { return std::find(hosts.begin(), hosts.end(), host) != hosts.end(); };
  for (const auto& host : hosts)
    if (host != kSettingsHosts && host != kPrivate) named.push_back(host);
  if (!named.empty()) out += " It reaches " + joined(named) + ".";
  if (has(kSettingsHosts)) out += " It reaches the hosts that administrators enter in its settings.";
  if (named.empty() && !has(kSettingsHosts)) out += " It names no host, and reaches none.";
  if (has(kPrivate)) out += " That includes machines of your own network.";
  return out;
}

}  // namespace

Consent consent_to(const ManifestPermission& permission) {
  const auto* row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& one) { return one.permission == permission.name; });
  if (row == kRows.end()) return {permission.name, "This host does not know it, and gives nothing for it.", false};
  Consent out{permission.name, std::string(row->gives), row->offered};
  if (permission.name == "http") out.gives += of_hosts(permission.hosts);
  if (!permission.paths.empty()) out.gives += " It also answers everything below " + joined(permission.paths) + ".";
  if (permission.write) out.gives += " It also changes them: it adds people and takes them out.";
  if (!out.offered) out.gives += " This is not offered by this host yet.";
  return out;
}

std::vector<Consent> consents_of(const std::vector<std::string>& grants) {
  std::vector<ManifestPermission> granted;
  for (const auto& grant : grants) {
    const auto colon = grant.find(':');
    const auto name = grant.substr(0, colon);
    const auto same = [&](const ManifestPermission& one) { return one.name == name; };
    auto found = std::find_if(granted.begin(), granted.end(), same);
    if (found == granted.end()) found = granted.insert(found, ManifestPermission{.name = name, .reason = {}});
    if (colon == std::string::npos) continue;
    const auto more = grant.substr(colon + 1);
    if (name == "http") found->hosts.push_back(more);
    if (name == "routes") found->paths.push_back(more);
    if (name == "directory" && more == "write") found->write = true;
  }
  std::vector<Consent> out;
  for (const auto& one : granted) out.push_back(consent_to(one));
  return out;
}

std::string told_at(const ManifestHook& hook) {
  const auto* row = row_of(hook);
  if (row == nullptr) return {};
  std::string out(row->reads);
  out += hook.asynchronous ? std::string_view(", in the background") : row->may;
  return out + "." + (row->in_conversation ? " It is given " + history_in_words(hook.history) + "." : "");
}

HookChange change_of(const ManifestHook& hook, const std::vector<ManifestHook>& before) {
  const auto old = std::find_if(before.begin(), before.end(), [&](const auto& one) { return one.point == hook.point; });
  if (old == before.end()) return {true, "So far it was not asked here."};
  const auto* row = row_of(hook);
  const bool decides = row != nullptr && !row->may.empty();
  HookChange out;
  if (hook.history != old->history && (row == nullptr || row->in_conversation))
    tell(out, gives_more(hook.history, old->history), "So far it was given " + history_in_words(old->history) + ".");
  if (hook.asynchronous != old->asynchronous)
    tell(out, decides && old->asynchronous,
         old->asynchronous ? "So far it was asked in the background, when nobody waited for it any more."
                           : "So far it was asked at once.");
  const bool in_line = decides && !hook.asynchronous && !old->asynchronous;
  if (in_line && hook.priority != old->priority)
    tell(out, true,
         std::string("It comes ") + (hook.priority < old->priority ? "earlier" : "later") +
             " among the modules than so far (priority " + std::to_string(hook.priority) + " instead of " +
             std::to_string(old->priority) + ").");
  if (in_line && hook.fail_closed != old->fail_closed)
    tell(out, false,
         hook.fail_closed ? "When it fails, nothing goes on; so far things went on without it."
                          : "When it fails, things go on without it; so far they stopped.");
  return out;
}

std::string asked_in_words(const ManifestPermission& permission, std::string_view indent) {
  const std::string start(indent);
  return start + full_name(permission) + ": " + printable(permission.reason, 300) + "\n" + start + "    " +
         consent_to(permission).gives + "\n";
}

}  // namespace rapt::bundle
