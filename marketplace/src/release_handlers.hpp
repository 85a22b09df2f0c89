// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::marketplace {

// What holders of keys of the role "releases" do.
Task<Result<http::Response>> put_archive(Call& call);
Task<Result<http::Response>> post_releases(Call& call);

}  // namespace rapt::marketplace
