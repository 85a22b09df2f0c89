// SPDX-License-Identifier: AGPL-3.0-or-later
#include "signature.hpp"

#include <cstdio>

#include "json_reader.hpp"
#include "names.hpp"
#include "rapt/bundle/bundle.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kMaxSignatureFileBytes = 4096;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kKeyIdCharacters = 16;
// So that a signature made for something else can never pass as one over a bundle.
constexpr std::string_view kListingTitle = "raptscallions bundle 1\n";

void read_signature_bytes(JsonReader& in, std::string& out) {
  std::string text;
  if (!in.text("signature", text, 128, Need::kRequired)) return;
  auto raw = security::from_base64url(text);
  if (raw && raw->size() == kSignatureBytes) {
    out = std::move(*raw);
  } else {
    in.fault("signature", "It must be 64 bytes in base64url.");
  }
}

}  // namespace

Result<SignatureFile> parse_signature(std::string_view json) {
  if (json.size() > kMaxSignatureFileBytes) return refuse("The bundle's SIGNATURE is larger than 4 KiB.");
  auto document = JsonDocument::parse(json, "The bundle's SIGNATURE");
  if (!document) return std::move(document).error();
  JsonReader in = document->root();
  SignatureFile out;
  std::string algorithm;
  if (in.text("algorithm", algorithm, 32, Need::kRequired) && algorithm != "ed25519") {
    in.fault("algorithm", "The only algorithm is \"ed25519\".");
  }
  if (in.text("publisher", out.publisher, 63, Need::kRequired) && !is_name(out.publisher)) {
    in.fault("publisher", "This is no publisher's name.");
  }
  if (in.text("key_id", out.key_id, kKeyIdCharacters, Need::kRequired) &&
      (out.key_id.size() != kKeyIdCharacters || !security::from_hex(out.key_id))) {
    in.fault("key_id", "It must be 16 hexadecimal characters.");
  }
  read_signature_bytes(in, out.signature);
  in.refuse_unknown();
  if (auto faults = document->faults()) return std::move(*faults);
  return out;
}

std::string make_signature(const std::string& publisher, const security::PrivateKey& key, std::string_view listing) {
  // Every value is of a safe alphabet by now: nothing to escape.
  return "{\"publisher\":\"" + publisher + "\",\"key_id\":\"" + key.public_key().key_id() +
         "\",\"algorithm\":\"ed25519\",\"signature\":\"" + security::to_base64url(key.sign(listing)) + "\"}\n";
}

std::string signed_listing(const std::map<std::string, File>& files) {
  std::string out(kListingTitle);
  for (const auto& [path, file] : files) {
    char mode[8];
    static_cast<void>(std::snprintf(mode, sizeof mode, "%04o", file.mode & 07777U));
    out += path + '\0' + mode + '\0' + std::to_string(file.bytes.size()) + '\0' +
           security::hex(security::sha256(file.bytes)) + '\n';
  }
  return out;
}

}  // namespace rapt::bundle
