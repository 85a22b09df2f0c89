// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

/// The handlers of publish_routes(): docs/publishing.md and the API's description say what each does.
namespace rapt::marketplace {

Task<Result<http::Response>> register_new_publisher(Call& call);
Task<Result<http::Response>> show_own_publisher(Call& call);
Task<Result<http::Response>> edit_own_publisher(Call& call);
Task<Result<http::Response>> add_own_key(Call& call);
Task<Result<http::Response>> revoke_own_key(Call& call);
Task<Result<http::Response>> take_document(Call& call);

Task<Result<http::Response>> submit_version(Call& call);
Task<Result<http::Response>> show_submission(Call& call);
Task<Result<http::Response>> list_own_submissions(Call& call);

Task<Result<http::Response>> put_screenshot(Call& call);
Task<Result<http::Response>> delete_screenshot(Call& call);
Task<Result<http::Response>> put_rating(Call& call);

}  // namespace rapt::marketplace
