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
class DownloadCounts;
class FileCache;
class Publishing;
class Repository;
class Uploads;

/// What every route may use. Outlives all calls.
struct Site {
  store::Database& database;
  Repository& repository;
  Blobs& blobs;
  const Clock& clock;
  std::string public_url;               ///< what clients call this registry, without a slash at the end
  Publishing* publishing = nullptr;     ///< what checks submissions; without it, none are taken
  DownloadCounts* downloads = nullptr;  ///< without it, none are counted
  FileCache* files = nullptr;           ///< of the metadata; without it, each is read from the database
  Uploads* uploads = nullptr;           ///< of releases' archives; without it, none are taken
};

/// One request on its way.
struct Call {
  Site& site;
  http::Request& request;
  http::Responder& responder;
  std::string publisher;    ///< Access::kPublisher: who has signed the request
  std::string key_id;       ///< Access::kPublisher and kReleaser: with which key
  std::string instance_id;  ///< Access::kInstance
  /// A handler that has answered through `responder` itself (a download) says so.
  bool answered = false;
  [[nodiscard]] const std::string& parameter(const std::string& name) const { return request.path_parameters.at(name); }
};

enum class Access : std::uint8_t {
  kPublic,
  kPublisher,  ///< signed by a key of a publisher that is not suspended (RFC 9421): request_signature.hpp
  kReleaser,   ///< signed, in the same way, by a key of the role "releases"
  kInstance,   ///< "Authorization: Bearer TOKEN" of the instance in the path
};

using Handler = Task<Result<http::Response>> (*)(Call& call);

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< whole: "/api/modules/:name"
  Access access;
  Handler handler;
  std::size_t body_bytes = 0;  ///< 0: none is read
  unsigned per_minute = 1200;  ///< of one address, in this process
};

/// Tables of routes, one an area.
std::span<const Route> module_routes();    // reading: modules, versions, downloads, publishers
std::span<const Route> metadata_routes();  // /metadata/, /targets/
std::span<const Route> release_routes();   // releases, community tools, instances
std::span<const Route> publish_routes();   // what publishers do
/// All of them and what belongs to no area, in the order in which they are looked at.
std::span<const Route> all_routes();

/// An answer of JSON: `{"data": data_json}`.
http::Response reply(int status, std::string_view data_json);
/// A page of a list: `{"data": data_json, "meta": {"next_cursor": …}}`; "" is the last page.
http::Response reply_page(std::string_view data_json, std::string_view next_cursor);

}  // namespace rapt::marketplace
