// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "rapt/base/clock.hpp"
#include "rapt/http/client.hpp"
#include "rapt/security/crypto.hpp"

/// How publishers sign what they ask of a registry: HTTP Message Signatures (RFC 9421) with Ed25519, over the method,
/// the whole address, the digest of the body (RFC 9530), a time and a nonce. Signing and verifying are both here, so
/// that they cannot differ.
///
/// A publisher's key signs three things, and none can be taken for another: a bundle's listing begins with its title
/// line, a metadata document with "{", and what is signed here with "\"@method\"".
namespace rapt::marketplace {

/// So far may the clock of who signs be from the registry's.
inline constexpr std::chrono::seconds kMaxClockDifference{300};

/// The address that is signed: `base` without a slash at its end, the decoded path and the decoded query, each part
/// percent-encoded in one way alone (all but RFC 3986's unreserved characters), parameters sorted by name. Clients call
/// exactly this address, so that the registry, which sees it decoded, comes to the same text.
std::string target_uri(std::string_view base, std::string_view path,
                       const std::multimap<std::string, std::string>& query);

/// Signs the request as it is: method, url (as target_uri() made it) and body. Adds Content-Digest, Signature-Input and
/// Signature.
void sign_request(http::ClientRequest& request, const security::PrivateKey& key, TimePoint now);

/// What the headers of a request claim. Nothing of it is believed yet.
struct RequestSignature {
  std::string key_id;  ///< 16 hexadecimal digits
  std::string nonce;   ///< 16 to 64 characters of base64url
  TimePoint created{};
  std::string content_digest;  ///< raw SHA-256 that the body has to have
  std::string base;            ///< the bytes that are signed, for this method and address
  std::string signature;       ///< raw, 64 bytes
};

/// Reads the claims. kUnauthorized with a sentence that says what is missing or malformed: no signature, several,
/// another algorithm, or one that does not cover "@method", "@target-uri" and "content-digest".
Result<RequestSignature> read_signature(const http::Headers& headers, std::string_view method, std::string_view uri);

/// Whether the key has signed it, and lately. kUnauthorized. Who calls this has yet to compare the body (check_digest)
/// and to take each nonce once.
Result<void> verify_signature(const RequestSignature& claimed, const security::PublicKey& key, TimePoint now);

/// Whether this is the body that was signed. kUnauthorized.
Result<void> check_digest(const RequestSignature& claimed, std::string_view body);

/// What a new key signs, to show that who adds it to a publisher holds it.
std::string key_proof(std::string_view registry_url, std::string_view publisher, const security::PublicKey& added);

}  // namespace rapt::marketplace
