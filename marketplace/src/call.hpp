// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rapt/base/clock.hpp"
#include "rapt/http/server.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

class Blobs;
class Publishing;
class Repository;

/// What every route may use. Outlives all calls.
struct Site {
  store::Database& database;
  Repository& repository;
  Blobs& blobs;
  const Clock& clock;
  std::string public_url;  ///< what clients call this registry, without a slash at the end
  Publishing* publishing = nullptr;  ///< what checks submissions; without it, none are taken
};

/// One request on its way.
struct Call {
  Site& site;
  http::Request& request;
  http::Responder& responder;
  std::string publisher;    ///< Access::kPublisher: who has signed the request
  std::string key_id;       ///< Access::kPublisher: with which key
  std::string instance_id;  ///< Access::kInstance
  /// A handler that has answered through `responder` itself (a download) says so.
  bool answered = false;
  [[nodiscard]] const std::string& parameter(const std::string& name) const {
    return request.path_parameters.at(name);
  }
};

enum class Access : std::uint8_t {
  kPublic,
  kPublisher,  ///< signed by a key of a publisher that is not suspended (RFC 9421): request_signature.hpp
  kInstance,   ///< "Authorization: Bearer TOKEN" of the instance in the path
};

using Handler = Task<Result<http::Response>> (*)(Call& call);

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< whole: "/api/modules/:name"
  Access access;
  Handler handler;
  std::size_t body_bytes = 0;  ///< 0: none is read
};

/// Tables of routes, one an area.
std::span<const Route> module_routes();    // reading: modules, versions, downloads, publishers
std::span<const Route> metadata_routes();  // /metadata/, /targets/
std::span<const Route> release_routes();   // releases, community tools, instances
std::span<const Route> publish_routes();   // what publishers do

/// `{"data": …}` with status 200 or another.
http::Response reply(int status, std::string json_body);

}  // namespace rapt::marketplace
