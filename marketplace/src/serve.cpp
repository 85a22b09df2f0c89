// SPDX-License-Identifier: AGPL-3.0-or-later
#include "serve.hpp"

#include <iostream>

#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "registry.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::chrono::seconds kGrace{10};

Task<void> stop(http::Server& server, runtime::Runtime& loop) {
  co_await server.stop(kGrace);
  loop.stop();
}

}  // namespace

int serve(const ServeOptions& options) {
  Registry registry(options.folder);
  runtime::Runtime loop(2);
  http::ServerOptions server_options;
  server_options.address = options.host;
  server_options.port = options.port;
  server_options.max_body_bytes = 4096;
  http::Server server(loop.executor(), server_options, registry);
  if (auto started = server.start(); !started) {
    std::cerr << "rapt-marketplace: " << started.error().message << "\n";
    return 1;
  }
  loop.on_signal([&] { loop.spawn(stop(server, loop)); });
  log::info("registry.started",
            {{"address", options.host + ":" + std::to_string(server.port())}, {"folder", options.folder.string()}});
  loop.run();
  log::info("registry.stopped");
  return 0;
}

}  // namespace rapt::marketplace
