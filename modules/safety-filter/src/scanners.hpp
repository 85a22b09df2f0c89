// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "finding.hpp"
#include "groups.hpp"
#include "normalize.hpp"

namespace safety {

/// Addresses, also spelled ("sam at gmail dot com"). Domains in `allowed` (lower case), and those under them, stay.
void find_emails(const Normalized& text, const std::vector<std::string>& allowed, std::vector<Finding>& out);
/// Payment cards, social-security and phone numbers in runs of digits.
void find_numbers(const Normalized& text, std::vector<Finding>& out);

/// Where the two above could find something, in whatever surroundings: their findings, also those in a text in which
/// some have been masked, lie within the segments (barrier.hpp) of these. Ascending by end within each kind; kinds say
/// little.
void find_email_candidates(const Normalized& text, std::vector<Finding>& out);
void find_number_candidates(const Normalized& text, std::vector<Finding>& out);

/// Each answers with the index of the last group that belongs to a number beginning at `first`, Run::npos for none.
std::size_t match_card(const Normalized& text, const Run& run, std::size_t first);
std::size_t match_ssn(const Normalized& text, const Run& run, std::size_t first);
std::size_t match_phone(const Normalized& text, const Run& run, std::size_t first);

}  // namespace safety
