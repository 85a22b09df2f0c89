// SPDX-License-Identifier: AGPL-3.0-or-later
// What publishers do, and what instances say of modules.
#include <array>

#include "call.hpp"
#include "publish_handlers.hpp"
#include "rapt/bundle/bundle.hpp"
#include "screenshots.hpp"

namespace rapt::marketplace {

constexpr std::size_t kSmallBody = std::size_t{16} << 10;
constexpr std::size_t kDocumentBody = std::size_t{9} << 20;  // a document of 4 MiB as a JSON text

std::span<const Route> publish_routes() {
  using enum Access;
  static constexpr std::array kRoutes{
      Route{"POST", "/api/publishers", kPublic, register_new_publisher, kSmallBody},
      Route{"GET", "/api/publishers/me", kPublisher, show_own_publisher},
      Route{"PATCH", "/api/publishers/me", kPublisher, edit_own_publisher, kSmallBody},
      Route{"POST", "/api/publishers/me/keys", kPublisher, add_own_key, kSmallBody},
      Route{"DELETE", "/api/publishers/me/keys/:key_id", kPublisher, revoke_own_key, kSmallBody},
      Route{"GET", "/api/publishers/me/submissions", kPublisher, list_own_submissions},
      Route{"POST", "/api/publishers/me/metadata", kPublisher, take_document, kDocumentBody},
      Route{"POST", "/api/modules/:name/versions/:version", kPublisher, submit_version, bundle::kMaxBundleBytes},
      Route{"GET", "/api/modules/:name/versions/:version/submission", kPublisher, show_submission},
      Route{"PUT", "/api/modules/:name/screenshots/:position", kPublisher, put_screenshot, kMostScreenshotBytes},
      Route{"DELETE", "/api/modules/:name/screenshots/:position", kPublisher, delete_screenshot},
      Route{"PUT", "/api/modules/:name/rating", kInstance, put_rating, kSmallBody},
  };
  return kRoutes;
}

}  // namespace rapt::marketplace
