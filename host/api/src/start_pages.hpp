// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

namespace rapt::api {

/// Gives the system back what starting has mapped of this program's and its libraries' files: code and constants that
/// are needed again are there again when they are touched. Written pages stay. Any thread, at any time.
void give_back_start_pages();

}  // namespace rapt::api
