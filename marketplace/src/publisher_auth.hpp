// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"
#include "rapt/marketplace/request_signature.hpp"

namespace rapt::marketplace {

/// Who has signed a request.
struct Signer {
  std::string publisher, key_id;
};

/// The address of the request as its sender has signed it.
std::string signed_uri(const Site& site, const http::Request& request);

/// Whether a key of a publisher that is not suspended has signed this head. Its body has not come yet, so that a
/// stranger's large one need not be read: for http::Handler::body_limit(). kUnauthorized, kForbidden.
Task<Result<Signer>> recognize(Site& site, const http::Request& head);

/// Whether the whole request is such a publisher's: recognize(), the body, and that it is no repetition.
Task<Result<Signer>> authenticate(Site& site, const http::Request& request);

/// Takes a nonce once. kUnauthorized when it was taken before.
Task<Result<void>> take_nonce(Site& site, const RequestSignature& claimed);

/// Forgets nonces whose requests would be refused for their time alone.
Task<Result<void>> sweep_nonces(Site& site);

}  // namespace rapt::marketplace
