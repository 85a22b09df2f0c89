// SPDX-License-Identifier: Apache-2.0
// The opaque structs of the ABI as the test kit fills them, and the service tables over them.
#pragma once

#include <rapt/reply.h>
#include <rapt/stream.h>

#include <rapt/testkit.hpp>

struct rapt_context {
  bool knows_streams = true;  ///< the fields and numbers of ABI 1.1
  const rapt::testkit::Scene* scene = nullptr;
  rapt_hook hook{};
  mutable std::string json;  ///< made when asked for
};

struct rapt_reply {
  rapt_hook hook{};
  const rapt::testkit::Scene* scene = nullptr;
  rapt::testkit::Answer answer;
};

namespace rapt::testkit {

/// Stands for a call of an extension that takes JSON and gives JSON, which is no hook.
inline constexpr rapt_hook kJsonCall = static_cast<rapt_hook>(15);

/// The host that a module is given; `base` comes first, so that a rapt_host* leads back here.
struct MemoryHost {
  rapt_host base{};
  Module::Offer offer;
  std::vector<std::pair<rapt_log_level, std::string>> lines;
  Services services;
  const Scene* scene = nullptr;  ///< of the call that is under way; outside of one nothing may be asked
  int figures = 0;               ///< of that call
  std::string given[2];          ///< handed out until the next question
};

/// The service of that id, if the test granted it.
const void* granted_service(const MemoryHost& host, const char* id);

const rapt_context_1& context_service();
const rapt_reply_1& reply_service();
const rapt_stream_1& stream_service();

}  // namespace rapt::testkit
