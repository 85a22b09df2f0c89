// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

/// What is required of text that comes out of a module. The runner applies it to tell an honest module of its mistake,
/// the host applies it again because the runner is not to be believed. Links nothing but the C library.
namespace rapt::sandbox {

/// Well-formed UTF-8 without NUL bytes (which PostgreSQL's text cannot hold).
bool is_plain_text(std::string_view text);

/// One JSON value (RFC 8259) that a PostgreSQL jsonb can hold: UTF-8, at most `max_depth` levels of nesting, no \u0000,
/// no unpaired surrogate escape, numbers of at most 64 characters and exponents of at most three digits.
bool is_plain_json(std::string_view text, unsigned max_depth);

/// Lower-case words joined by hyphens or dots, 1 to 64 bytes.
bool is_extraction_type(std::string_view text);

/// Lower-case letters, digits and "_", a letter first, 1 to 64 bytes.
bool is_metric_name(std::string_view text);

}  // namespace rapt::sandbox
