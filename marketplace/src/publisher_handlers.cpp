// SPDX-License-Identifier: AGPL-3.0-or-later
// Publishers, their keys and what they sign.
#include <nlohmann/json.hpp>

#include "publish_handlers.hpp"
#include "publish_input.hpp"
#include "publisher_auth.hpp"
#include "publishers.hpp"
#include "rapt/api/body.hpp"
#include "rapt/bundle/manifest.hpp"
#include "release.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using store::params;
using store::Transaction;

constexpr std::size_t kMostKeyText = 64, kMostTitle = 100, kMostContact = 254, kMostUrl = 500, kMostYankReason = 300;
constexpr std::size_t kMostPublished = std::size_t{4} << 20;

constexpr store::Statement kEdit{
    "publisher_edit",
    "UPDATE publishers SET title = coalesce($2, title), contact = coalesce($3, contact), url = coalesce($4, url) "
    "WHERE name = $1"};

/// What people read on one line and what is linked to.
Result<void> check_about(const std::optional<std::string>& title, const std::optional<std::string>& contact,
                         const std::optional<std::string>& url) {
  RAPT_TRY(check_line("title", title.value_or(""), kMostTitle));
  RAPT_TRY(check_line("contact", contact.value_or(""), kMostContact));
  if (!is_link(url.value_or(""))) return Error::invalid("url", "has to be an address that begins with https://.");
  return {};
}

Result<security::PublicKey> public_key_of(const std::string& text) {
  auto key = security::PublicKey::from_text(text);
  if (!key) return Error::invalid("public_key", "is no Ed25519 key in base64url: `rapt keygen` makes one.");
  return key;
}

std::string_view word_of(Delegated outcome) {
  switch (outcome) {
    case Delegated::kNow:
      return "now";
    case Delegated::kSignAgain:
      return "sign_again";
    case Delegated::kNextCeremony:
      return "next_ceremony";
  }
  return "now";
}

/// The publisher as it is after a change, and what clients make of the change.
Result<std::string> with_outcome(Transaction& tx, const std::string& publisher, Delegated outcome) {
  const auto described = describe_publisher(tx, publisher);
  if (!described) return described.error();
  auto out = json::parse(*described);
  out["effective"] = word_of(outcome);
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Task<Result<http::Response>> register_new_publisher(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  NewPublisher wanted;
  wanted.name = body->text("name", 63);
  const auto key_text = body->text("public_key", kMostKeyText);
  wanted.title = body->optional_text("title", 4 * kMostTitle).value_or("");
  wanted.contact = body->optional_text("contact", 4 * kMostContact).value_or("");
  wanted.url = body->optional_text("url", kMostUrl).value_or("");
  wanted.label = body->optional_text("label", 4 * kMostTitle).value_or("");
  if (auto fault = body->fault()) co_return std::move(*fault);
  RAPT_CO_TRY(check_about(wanted.title, wanted.contact, wanted.url));
  RAPT_CO_TRY(check_line("label", wanted.label, kMostTitle));
  const auto key = public_key_of(key_text);
  if (!key) co_return key.error();
  wanted.key = *key;
  // The signature shows that whoever registers holds the key.
  const auto claimed = read_signature(call.request.headers, call.request.method, signed_uri(call.site, call.request));
  if (!claimed) co_return claimed.error();
  const auto now = call.site.clock.now();
  RAPT_CO_TRY(verify_signature(*claimed, *key, now));
  RAPT_CO_TRY(check_digest(*claimed, call.request.body));
  const auto taken = co_await take_nonce(call.site, *claimed);
  if (!taken) co_return taken.error();
  auto work = [wanted, now, &repository = call.site.repository](Transaction& tx) -> Result<std::string> {
    RAPT_TRY(register_publisher(tx, repository, wanted, now));
    return describe_publisher(tx, wanted.name);
  };
  const auto made = co_await call.site.database.transaction(std::move(work));
  if (!made) co_return made.error();
  co_return reply(201, *made);
}

Task<Result<http::Response>> show_own_publisher(Call& call) {
  auto work = [publisher = call.publisher](Transaction& tx) { return describe_publisher(tx, publisher); };
  const auto shown = co_await call.site.database.transaction(std::move(work));
  if (!shown) co_return shown.error();
  co_return reply(200, *shown);
}

Task<Result<http::Response>> edit_own_publisher(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  const auto title = body->clearable_text("title", 4 * kMostTitle);
  const auto contact = body->clearable_text("contact", 4 * kMostContact);
  const auto url = body->clearable_text("url", kMostUrl);
  if (auto fault = body->fault()) co_return std::move(*fault);
  RAPT_CO_TRY(check_about(title, contact, url));
  auto work = [publisher = call.publisher, title, contact, url](Transaction& tx) -> Result<std::string> {
    if (auto edited = tx.exec(kEdit, params(publisher, title, contact, url)); !edited) return edited.error();
    return describe_publisher(tx, publisher);
  };
  const auto shown = co_await call.site.database.transaction(std::move(work));
  if (!shown) co_return shown.error();
  co_return reply(200, *shown);
}

Task<Result<http::Response>> add_own_key(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  const auto key_text = body->text("public_key", kMostKeyText);
  const auto label = body->optional_text("label", 4 * kMostTitle).value_or("");
  const auto proof_text = body->text("proof", 128);
  if (auto fault = body->fault()) co_return std::move(*fault);
  RAPT_CO_TRY(check_line("label", label, kMostTitle));
  const auto key = public_key_of(key_text);
  if (!key) co_return key.error();
  const auto proof = security::from_base64url(proof_text);
  if (!proof || !security::verify(*key, key_proof(call.site.public_url, call.publisher, *key), *proof)) {
    co_return Error::invalid("proof", "The new key has not signed that it is added to " + call.publisher + " at " +
                                          call.site.public_url + ": `rapt publisher add-key` does it.");
  }
  auto work = [publisher = call.publisher, added = *key, label,
               &repository = call.site.repository](Transaction& tx) -> Result<std::string> {
    const auto outcome = add_key(tx, repository, publisher, added, label);
    if (!outcome) return outcome.error();
    return with_outcome(tx, publisher, *outcome);
  };
  const auto shown = co_await call.site.database.transaction(std::move(work));
  if (!shown) co_return shown.error();
  co_return reply(201, *shown);
}

Task<Result<http::Response>> revoke_own_key(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  const auto because = body->text("because", 4 * kMostYankReason);
  if (auto fault = body->fault()) co_return std::move(*fault);
  RAPT_CO_TRY(check_line("because", because, kMostYankReason));
  auto work = [publisher = call.publisher, key_id = call.parameter("key_id"), because,
               &repository = call.site.repository](Transaction& tx) -> Result<std::string> {
    const auto outcome = revoke_key(tx, repository, publisher, key_id, because);
    if (!outcome) return outcome.error();
    return with_outcome(tx, publisher, *outcome);
  };
  const auto shown = co_await call.site.database.transaction(std::move(work));
  if (!shown) co_return shown.error();
  co_return reply(200, *shown);
}

Task<Result<http::Response>> take_document(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  auto file = body->text("file", kMostPublished);
  if (auto fault = body->fault()) co_return std::move(*fault);
  auto work = [publisher = call.publisher, file = std::move(file), now = call.site.clock.now(),
               &repository = call.site.repository](Transaction& tx) -> Result<std::string> {
    const auto done = release(tx, repository, publisher, file, now);
    if (!done) return done.error();
    return json{{"version", done->version},
                {"published", done->published},
                {"yanked", done->yanked},
                {"restored", done->restored}}
        .dump();
  };
  const auto done = co_await call.site.database.transaction(std::move(work));
  if (!done) co_return done.error();
  co_return reply(200, *done);
}

}  // namespace rapt::marketplace
