// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::marketplace {

/// The one member of a Signature-Input field (RFC 9421, section 4.1), in the one way of writing that RFC 8941
/// serializes to: what is signed is that text, so another way of writing the same would be another signature anyway.
struct SignatureInput {
  std::string label;
  std::vector<std::string> components;  ///< names, without parameters of their own
  std::optional<std::int64_t> created, expires;
  std::string key_id, nonce, algorithm;
  std::string text;  ///< the inner list with its parameters, as it stands in the field
};

/// kInvalid with what is wrong.
Result<SignatureInput> parse_signature_input(std::string_view field);

/// The value of a dictionary's one member, a byte sequence: `label=:BASE64:`. kInvalid.
Result<std::string> parse_binary_member(std::string_view field, std::string_view label);

/// The signature base (section 2.5), with the value that `value_of` tells of each component.
std::string signature_base(const SignatureInput& input, const std::function<std::string(std::string_view)>& value_of);

/// With padding, as structured fields want it (RFC 4648, section 4).
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

}  // namespace rapt::marketplace
