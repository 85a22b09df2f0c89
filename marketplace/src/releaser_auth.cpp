// SPDX-License-Identifier: AGPL-3.0-or-later
#include "releaser_auth.hpp"

#include <algorithm>

#include "publish_input.hpp"
#include "publisher_auth.hpp"
#include "repository.hpp"

namespace rapt::marketplace {
namespace {

Task<Result<RequestSignature>> read_releaser(Site& site, const http::Request& head) {
  auto claimed = read_signature(head.headers, head.method, signed_uri(site, head));
  if (!claimed) co_return claimed.error();
  auto work = [&repository = site.repository](store::Transaction& tx) { return repository.releases_keys(tx); };
  const auto keys = co_await site.database.transaction(std::move(work));
  if (!keys) co_return keys.error();
  const auto key =
      std::find_if(keys->begin(), keys->end(), [&](const auto& one) { return one.key_id() == claimed->key_id; });
  if (key == keys->end())
    co_return coded(ErrorKind::kForbidden, "NO_RELEASES_KEY",
                    "The key " + claimed->key_id +
                        " is none of those that may sign releases here: a ceremony names them (`rapt-marketplace root "
                        "targets --help`).");
  RAPT_CO_TRY(verify_signature(*claimed, *key, site.clock.now()));
  co_return std::move(*claimed);
}

}  // namespace

Task<Result<std::string>> recognize_releaser(Site& site, const http::Request& head) {
  auto read = co_await read_releaser(site, head);
  if (!read) co_return read.error();
  co_return std::move(read->key_id);
}

Task<Result<std::string>> authenticate_releaser(Site& site, const http::Request& request) {
  auto read = co_await read_releaser(site, request);
  if (!read) co_return read.error();
  RAPT_CO_TRY(check_digest(*read, request.body));
  const auto taken = co_await take_nonce(site, *read);
  if (!taken) co_return taken.error();
  co_return std::move(read->key_id);
}

}  // namespace rapt::marketplace
