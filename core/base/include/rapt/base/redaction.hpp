// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

/// Keeps secrets out of what strangers write down. A module never sees a secret that the host puts into its requests,
/// but a server may repeat it in an answer, and the module may log that. One register for the process, like the log
/// itself. Thread-safe; never fails.
namespace rapt::redaction {

/// From now on scrubbed() takes `secret` out of what `owner` writes. The newest 64 of an owner are known. Those of
/// fewer than six bytes are not: they would tear words apart that are no secrets.
void keep_out(std::string_view owner, std::string_view secret);
/// `text` with "[secret]" for every secret of that owner, as it is and in Base64. Others of its forms are not
/// recognized.
std::string scrubbed(std::string_view owner, std::string text);

}  // namespace rapt::redaction
