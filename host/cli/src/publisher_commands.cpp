// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt publisher, rapt yank: who publishes, with which keys, and what should no longer be installed.
#include <ostream>

#include <nlohmann/json.hpp>

#include "author_bundle.hpp"
#include "author_commands.hpp"
#include "author_subject.hpp"
#include "publish_session.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/marketplace/publisher_document.hpp"
#include "rapt/marketplace/request_signature.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using marketplace::PublisherRequest;
using nlohmann::json;
using runtime::run_blocking;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? printable(found->get<std::string>(), 300) : std::string();
}

Result<json> ask(PublishSession& session, PublisherRequest request) {
  const auto data = run_blocking(session.registry().ask(std::move(request)));
  if (!data) return data.error();
  auto out = json::parse(*data, nullptr, false);
  if (!out.is_object()) return Error::conflict("The registry has answered no publisher.");
  return Result<json>(std::in_place, std::move(out));
}

Result<json> own(PublishSession& session) {
  PublisherRequest request;
  request.path = "/api/publishers/me";
  return ask(session, std::move(request));
}

void show(const Console& console, const json& publisher) {
  console.out << text_of(publisher, "name") << (text_of(publisher, "title").empty() ? "" : ", ")
              << text_of(publisher, "title") << "\n";
  if (const auto because = text_of(publisher, "suspended"); !because.empty())
    console.out << "  suspended: " << because << "\n";
  Table table({"key", "label", "added", "revoked"});
  for (const auto& key : publisher.value("keys", json::array())) {
    if (!key.is_object()) continue;
    const auto because = text_of(key, "revoked_because");
    table.add({text_of(key, "key_id"), text_of(key, "label"), text_of(key, "added_at"),
               text_of(key, "revoked_at") + (because.empty() ? "" : " (" + because + ")")});
  }
  table.print(console.out, 2);
}

/// Tells the publisher as it is now, and what clients make of a change of its keys.
int tell(Console& console, const Result<json>& publisher, const std::string& sentence) {
  if (!publisher) return report(console, publisher.error());
  if (console.json) {
    print_json(console.out, *publisher);
    return kOk;
  }
  if (!sentence.empty()) console.out << sentence << "\n";
  show(console, *publisher);
  if (text_of(*publisher, "effective") == "next_ceremony") {
    console.out << "The registry's offline keys vouch for your keys: the change takes effect with its next ceremony. "
                   "Tell its operator.\n";
  }
  return kOk;
}

/// Signs the publisher's document anew with this key, unchanged.
Result<void> sign_again(Console& console, const Arguments& arguments, PublishSession& session,
                        const std::string& publisher) {
  RAPT_TRY(session.pin(console, arguments));
  const auto nothing = [](tuf::Targets&) -> Result<void> { return {}; };
  const auto taken = session.hand_in(publisher, nothing);
  if (!taken) return taken.error();
  return {};
}

}  // namespace

int run_publisher_register(Console& console, const Arguments& arguments) {
  hush();
  const auto session = PublishSession::open(console, arguments);
  if (!session) return report(console, session.error());
  PublisherRequest request;
  request.method = "POST";
  request.path = "/api/publishers";
  json body = {{"name", arguments.positional[0]}, {"public_key", (*session)->key().public_key().to_text()}};
  for (const auto* field : {"title", "contact", "url", "label"}) {
    if (arguments.has(field)) body[field] = arguments.value(field);
  }
  request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return tell(console, ask(**session, std::move(request)),
              "You are the publisher " + printable(arguments.positional[0], 80) + " at " + (*session)->url() + ".");
}

int run_publisher_show(Console& console, const Arguments& arguments) {
  hush();
  const auto session = PublishSession::open(console, arguments);
  if (!session) return report(console, session.error());
  return tell(console, own(**session), "");
}

int run_publisher_add_key(Console& console, const Arguments& arguments) {
  hush();
  const auto session = PublishSession::open(console, arguments);
  if (!session) return report(console, session.error());
  const auto added = load_key(arguments.positional[0]);
  if (!added) return report(console, added.error());
  const auto me = own(**session);
  if (!me) return report(console, me.error());
  const auto proof = marketplace::key_proof((*session)->url(), text_of(*me, "name"), added->public_key());
  PublisherRequest request;
  request.method = "POST";
  request.path = "/api/publishers/me/keys";
  request.body = json{{"public_key", added->public_key().to_text()},
                      {"label", arguments.value("label")},
                      {"proof", security::to_base64url(added->sign(proof))}}
                     .dump(-1, ' ', false, json::error_handler_t::replace);
  return tell(console, ask(**session, std::move(request)), "Added the key " + added->public_key().key_id() + ".");
}

int run_publisher_revoke_key(Console& console, const Arguments& arguments) {
  hush();
  const auto& id = arguments.positional[0];
  if (!arguments.has("because")) return usage_fault(console, "Say why: --because TEXT. Everybody can read it.");
  const auto session = PublishSession::open(console, arguments);
  if (!session) return report(console, session.error());
  if ((*session)->key().public_key().key_id() == id)
    return usage_fault(console, "Sign this with another key of yours than the one that is revoked: --key FILE.");
  const auto me = own(**session);
  if (!me) return report(console, me.error());
  // First the document by a key that stays: between the two, nobody should find it signed by none that counts.
  if (const auto again = sign_again(console, arguments, **session, text_of(*me, "name")); !again)
    return report(console, again.error());
  PublisherRequest request;
  request.method = "DELETE";
  request.path = "/api/publishers/me/keys/" + id;
  request.body = json{{"because", arguments.value("because")}}.dump(-1, ' ', false, json::error_handler_t::replace);
  return tell(console, ask(**session, std::move(request)),
              "Revoked the key " + printable(id, 40) +
                  ". Bundles that it has signed are believed no longer: publish "
                  "new versions of what is still in use.");
}

int run_publisher_renew(Console& console, const Arguments& arguments) {
  hush();
  const auto session = PublishSession::open(console, arguments);
  if (!session) return report(console, session.error());
  const auto me = own(**session);
  if (!me) return report(console, me.error());
  if (const auto again = sign_again(console, arguments, **session, text_of(*me, "name")); !again)
    return report(console, again.error());
  return tell(
      console, me,
      "Your document is signed anew, and good for " + std::to_string(marketplace::kDocumentLife.count()) + " days.");
}

int run_yank(Console& console, const Arguments& arguments) {
  hush();
  const auto& word = arguments.positional[0];
  const auto at = word.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == word.size())
    return usage_fault(console, "Say what: NAME@VERSION.");
  if (arguments.has("because") == arguments.has("undo"))
    return usage_fault(console, "Say why (--because TEXT), or --undo to have it installed again.");
  const auto session = PublishSession::open(console, arguments);
  if (!session) return report(console, session.error());
  const auto me = own(**session);
  if (!me) return report(console, me.error());
  if (const auto pinned = (*session)->pin(console, arguments); !pinned) return report(console, pinned.error());
  const auto publisher = text_of(*me, "name");
  const auto change = [&](tuf::Targets& document) {
    return marketplace::set_yanked(document, publisher, word.substr(0, at), word.substr(at + 1),
                                   arguments.value("because"));
  };
  const auto taken = (*session)->hand_in(publisher, change);
  if (!taken) return report(console, taken.error());
  if (console.json) {
    print_json(console.out, json::parse(*taken));
  } else {
    console.out << printable(word, 150)
                << (arguments.has("undo") ? " may be installed again.\n"
                                          : " is yanked: nobody is offered it any more, and who has it is told why.\n");
  }
  return kOk;
}

}  // namespace rapt::cli
