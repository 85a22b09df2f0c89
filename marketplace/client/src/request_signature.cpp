// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/request_signature.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "signature_fields.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::array<std::string_view, 3> kComponents{"@method", "@target-uri", "content-digest"};
constexpr std::string_view kLabel = "sig1";
constexpr std::size_t kSignatureBytes = 64;

Error refused(std::string code, std::string message) {
  Error out = Error::unauthorized();
  out.code = std::move(code);
  out.message = std::move(message);
  return out;
}

Error unsigned_request(std::string why) {
  return refused("SIGNATURE_INVALID", "The request is not signed as this registry needs it: " + std::move(why) +
                                          ". `rapt publish` and `rapt publisher` sign for you.");
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text, bool keeps_slashes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c) || (keeps_slashes && c == '/')) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

std::string digest_field(std::string_view digest) {
  return "sha-256=:" + to_base64(digest) + ":";
}

std::string digest_of(std::string_view body) {
  const auto digest = security::sha256(body);
  return {digest.begin(), digest.end()};
}

std::int64_t seconds_of(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string base_of(const SignatureInput& input, std::string_view method, std::string_view uri,
                    std::string_view content_digest) {
  return signature_base(input, [&](std::string_view component) -> std::string {
    if (component == "@method") return std::string(method);
    if (component == "@target-uri") return std::string(uri);
    return digest_field(content_digest);
  });
}

/// The one field of this name: two lines would let two readers see different things.
Result<std::string_view> only(const http::Headers& headers, std::string_view name) {
  const auto same = [&](const auto& field) {
    return std::equal(field.first.begin(), field.first.end(), name.begin(), name.end(), [](char a, char b) {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
      return lower(a) == lower(b);
    });
  };
  const auto count = std::count_if(headers.all().begin(), headers.all().end(), same);
  if (count == 0) return unsigned_request("the header " + std::string(name) + " is missing");
  if (count > 1) return unsigned_request("the header " + std::string(name) + " is there more than once");
  return *headers.get(name);
}

Result<void> check_input(const SignatureInput& input) {
  for (const auto wanted : kComponents) {
    if (std::find(input.components.begin(), input.components.end(), wanted) == input.components.end())
      return unsigned_request("the signature does not cover \"" + std::string(wanted) + "\"");
  }
  if (input.components.size() != kComponents.size())
    return unsigned_request("the signature covers more than \"@method\", \"@target-uri\" and \"content-digest\"");
  if (!input.created) return unsigned_request("the parameter \"created\" is missing");
  if (input.expires) return unsigned_request("the parameter \"expires\" is of no use here, leave it out");
  if (!input.algorithm.empty() && input.algorithm != "ed25519")
    return unsigned_request("the algorithm has to be ed25519");
  const bool is_id =
      input.key_id.size() == 16 && input.key_id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_id) return unsigned_request("the parameter \"keyid\" has to be a key's id, 16 hexadecimal digits");
  const bool usable = input.nonce.size() >= 16 && input.nonce.size() <= 64 &&
                      std::all_of(input.nonce.begin(), input.nonce.end(), is_unreserved);
  if (!usable) return unsigned_request("the parameter \"nonce\" has to be 16 to 64 characters of base64url");
  return {};
}

}  // namespace

std::string target_uri(std::string_view base, std::string_view path,
                       const std::multimap<std::string, std::string>& query) {
  std::string out(base);
  append_encoded(out, path, true);
  char before = '?';
  for (const auto& [name, value] : query) {
    out += before;
    append_encoded(out, name, false);
    out += '=';
    append_encoded(out, value, false);
    before = '&';
  }
  return out;
}

void sign_request(http::ClientRequest& request, const security::PrivateKey& key, TimePoint now) {
  SignatureInput input;
  for (const auto component : kComponents) {
    input.text += (input.components.empty() ? "(\"" : " \"") + std::string(component) + "\"";
    input.components.emplace_back(component);
  }
  input.text += ");created=" + std::to_string(seconds_of(now)) + ";keyid=\"" + key.public_key().key_id() +
                "\";nonce=\"" + security::to_base64url(security::random_bytes(18)) + "\";alg=\"ed25519\"";
  const auto digest = digest_of(request.body);
  const auto signature = key.sign(base_of(input, request.method, request.url, digest));
  request.headers.set("Content-Digest", digest_field(digest));
  request.headers.set("Signature-Input", std::string(kLabel) + "=" + input.text);
  request.headers.set("Signature", std::string(kLabel) + "=:" + to_base64(signature) + ":");
}

Result<RequestSignature> read_signature(const http::Headers& headers, std::string_view method, std::string_view uri) {
  const auto input_field = only(headers, "Signature-Input");
  if (!input_field) return input_field.error();
  const auto signature_field = only(headers, "Signature");
  if (!signature_field) return signature_field.error();
  const auto digest_text = only(headers, "Content-Digest");
  if (!digest_text) return digest_text.error();
  const auto input = parse_signature_input(*input_field);
  if (!input) return unsigned_request("of Signature-Input, " + input.error().message);
  RAPT_TRY(check_input(*input));
  const auto signature = parse_binary_member(*signature_field, input->label);
  if (!signature) return unsigned_request("of Signature, " + signature.error().message);
  if (signature->size() != kSignatureBytes) return unsigned_request("the signature has to be of 64 bytes");
  const auto digest = parse_binary_member(*digest_text, "sha-256");
  if (!digest) return unsigned_request("of Content-Digest, " + digest.error().message);
  if (digest->size() != security::Digest().size()) return unsigned_request("the digest has to be of 32 bytes");
  return RequestSignature{input->key_id,
                          input->nonce,
                          TimePoint(std::chrono::seconds(*input->created)),
                          *digest,
                          base_of(*input, method, uri, *digest),
                          *signature};
}

Result<void> verify_signature(const RequestSignature& claimed, const security::PublicKey& key, TimePoint now) {
  if (!security::equal_constant_time(claimed.key_id, key.key_id()) ||
      !security::verify(key, claimed.base, claimed.signature)) {
    return refused(
        "SIGNATURE_INVALID",
        "The signature does not fit the request: it was made with another key than " + claimed.key_id +
            ", for another address or method than this registry sees, or the request was changed on its way.");
  }
  const auto difference = now > claimed.created ? now - claimed.created : claimed.created - now;
  if (difference <= kMaxClockDifference) return {};
  return refused("CLOCK_DIFFERS", "The request was signed at " + to_rfc3339(claimed.created) +
                                      ", and the registry's clock says " + to_rfc3339(now) +
                                      ": more than 300 seconds apart. Set your clock and try again.");
}

Result<void> check_digest(const RequestSignature& claimed, std::string_view body) {
  if (security::equal_constant_time(claimed.content_digest, digest_of(body))) return {};
  return refused("BODY_CHANGED",
                 "The body is not the one that was signed: it was cut short or changed on its way. Send it again.");
}

std::string key_proof(std::string_view registry_url, std::string_view publisher, const security::PublicKey& added) {
  return "raptscallions: a key is added\n" + std::string(registry_url) + "\n" + std::string(publisher) + "\n" +
         added.to_text() + "\n";
}

}  // namespace rapt::marketplace
