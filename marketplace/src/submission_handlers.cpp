// SPDX-License-Identifier: AGPL-3.0-or-later
// A bundle is handed in: what is wrong with it at first sight is refused here, the rest is checked in the background.
#include <algorithm>

#include "blobs.hpp"
#include "categories.hpp"
#include "publish_handlers.hpp"
#include "publish_input.hpp"
#include "publishers.hpp"
#include "publishing.hpp"
#include "rapt/base/text.hpp"
#include "submissions.hpp"

namespace rapt::marketplace {
namespace {

using store::Transaction;
using SharedBundle = std::shared_ptr<const bundle::Bundle>;

Result<Upload> upload_of(const Call& call) {
  RAPT_TRY(only_query(call.request, {"channel", "category"}));
  Upload out;
  out.module = call.parameter("name");
  out.version = call.parameter("version");
  out.publisher = call.publisher;
  out.category = call.request.query_value("category").value_or("");
  out.bytes = call.request.body.size();
  out.sha256 = security::hex(security::sha256(call.request.body));
  if (!bundle::is_valid_name(out.module)) return Error::invalid("name", "That is no module's name.");
  if (!Version::parse(out.version)) return Error::invalid("version", "That is no semantic version, as 1.2.3.");
  if (!out.category.empty() && !is_category(out.category))
    return Error::invalid("category", "has to be one of those of GET /api/categories.");
  const auto said = call.request.query_value("channel").value_or("stable");
  const auto channel = parse_channel(said);
  if (!channel) return Error::invalid("channel", "has to be \"stable\" or \"beta\".");
  out.channel = *channel;
  if (out.bytes == 0) return Error::invalid("", "The body has to be the bundle.");
  return out;
}

/// Whether the bundle is the one that the address names, and this publisher's.
Result<void> check_identity(const Upload& upload, const bundle::Manifest& manifest) {
  if (manifest.name != upload.module || manifest.version != upload.version) {
    return Error::invalid("", "The bundle is " + manifest.name + " " + manifest.version + ", and the address says " +
                                  upload.module + " " + upload.version + ".");
  }
  if (manifest.publisher != upload.publisher) {
    return coded(ErrorKind::kForbidden, "OTHER_PUBLISHER",
                 "The bundle's publisher is " + manifest.publisher + ", and you are " + upload.publisher +
                     ". Set \"publisher\" in the manifest, and pack it again.");
  }
  return {};
}

/// Whether a key of the publisher's that counts has signed exactly these files.
Result<void> check_signature(Transaction& tx, const bundle::Bundle& bundle, const std::string& publisher) {
  if (bundle.publisher_key_id.empty()) {
    return coded(ErrorKind::kForbidden, "BUNDLE_NOT_SIGNED",
                 "The bundle is not signed: `rapt sign FILE --key " + publisher + ".key`.");
  }
  const auto keys = keys_of(tx, publisher);
  if (!keys) return keys.error();
  const auto& id = bundle.publisher_key_id;
  const auto it = std::find_if(keys->begin(), keys->end(), [&](const auto& one) { return one.key.key_id() == id; });
  if (it == keys->end()) {
    return coded(ErrorKind::kForbidden, "BUNDLE_KEY_UNKNOWN",
                 "The bundle is signed with the key " + printable(id, 40) + ", which is none of " + publisher +
                     "'s: sign it with a registered one, or add this one (`rapt publisher add-key`).");
  }
  if (it->revoked_at) {
    return coded(ErrorKind::kForbidden, "BUNDLE_KEY_REVOKED",
                 "The bundle is signed with the key " + id + ", which was revoked on " + to_rfc3339(*it->revoked_at) +
                     " (" + it->revoked_because + "). Sign it with another one.");
  }
  bundle::TrustStore trust;
  trust.add(publisher, it->key);
  return bundle::verify_bundle(bundle, trust, bundle::SignaturePolicy::kRequired);
}

/// What the database says before the bundle is looked at: refusals that cost little, and the quota.
Task<Result<bool>> came_before(Call& call, const Upload& upload) {
  auto work = [upload, now = call.site.clock.now(),
               most = call.site.publishing->options().uploads_a_day](Transaction& tx) -> Result<bool> {
    const auto admitted = admit_upload(tx, upload, now);
    if (!admitted) return admitted.error();
    if (!admitted->same) RAPT_TRY(count_upload(tx, upload.publisher, most));
    return admitted->same;
  };
  co_return co_await call.site.database.transaction(std::move(work));
}

Task<Result<SharedBundle>> unpack(Call& call) {
  auto bytes = std::make_shared<const std::string>(call.request.body);
  auto work = [bytes]() -> Result<SharedBundle> {
    auto read = bundle::read_bundle(*bytes);
    if (!read) return read.error();
    return std::make_shared<const bundle::Bundle>(std::move(*read));
  };
  co_return co_await call.site.publishing->readers().run(std::move(work));
}

Task<Result<http::Response>> answer(Call& call, const Upload& upload, int status) {
  auto work = [upload](Transaction& tx) {
    return describe_submission(tx, upload.module, upload.version, upload.publisher);
  };
  const auto shown = co_await call.site.database.transaction(std::move(work));
  if (!shown) co_return shown.error();
  co_return reply(status, *shown);
}

Task<Result<void>> take_in(Call& call, const Upload& upload, SharedBundle bundle) {
  auto work = [upload, bundle, now = call.site.clock.now()](Transaction& tx) -> Result<void> {
    // Again, now that it counts: somebody else may have come in between.
    const auto admitted = admit_upload(tx, upload, now);
    if (!admitted) return admitted.error();
    if (admitted->same) return {};
    RAPT_TRY(check_signature(tx, *bundle, upload.publisher));
    return store_upload(tx, upload, *bundle, {});
  };
  co_return co_await call.site.database.transaction(std::move(work));
}

}  // namespace

Task<Result<http::Response>> submit_version(Call& call) {
  if (call.site.publishing == nullptr)
    co_return Error::unavailable("publishing", "This registry takes no submissions at the moment. Try again later.");
  const auto upload = upload_of(call);
  if (!upload) co_return upload.error();
  const auto before = co_await came_before(call, *upload);
  if (!before) co_return before.error();
  if (*before) co_return co_await answer(call, *upload, 200);
  auto bundle = co_await unpack(call);
  if (!bundle) co_return bundle.error();
  RAPT_CO_TRY(check_identity(*upload, (*bundle)->manifest));
  auto checked = [bundle = *bundle, publisher = call.publisher](Transaction& tx) {
    return check_signature(tx, *bundle, publisher);
  };
  const auto is_signed = co_await call.site.database.transaction(std::move(checked));
  if (!is_signed) co_return is_signed.error();
  const auto kept = co_await call.site.blobs.put(upload->sha256, std::move(call.request.body));
  if (!kept) co_return kept.error();
  const auto taken = co_await take_in(call, *upload, *bundle);
  if (!taken) co_return taken.error();
  co_return co_await answer(call, *upload, 201);
}

Task<Result<http::Response>> show_submission(Call& call) {
  auto work = [module = call.parameter("name"), version = call.parameter("version"), publisher = call.publisher](
                  Transaction& tx) { return describe_submission(tx, module, version, publisher); };
  const auto shown = co_await call.site.database.transaction(std::move(work));
  if (!shown) co_return shown.error();
  co_return reply(200, *shown);
}

Task<Result<http::Response>> list_own_submissions(Call& call) {
  auto work = [publisher = call.publisher](Transaction& tx) { return list_submissions(tx, publisher); };
  const auto shown = co_await call.site.database.transaction(std::move(work));
  if (!shown) co_return shown.error();
  co_return reply(200, *shown);
}

}  // namespace rapt::marketplace
