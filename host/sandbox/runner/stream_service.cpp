// SPDX-License-Identifier: AGPL-3.0-or-later
// What a module may keep back of an answer that is being written.
#include "module.hpp"
#include "rapt/sandbox/reply_reader.hpp"

namespace rapt::runner {
namespace {

rapt_status hold(rapt_reply* reply, std::size_t bytes) {
  const rapt_text text = context_service.text(reply->context, RAPT_FIELD_CURRENT_CONTENT);
  const sandbox::Window window{
      .text = text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size),
      .last = context_service.number(reply->context, RAPT_NUMBER_WINDOW_LAST) != 0};
  const rapt_status status = sandbox::may_hold(reply->hook, window, bytes);
  if (status == RAPT_OK) reply->body.held_bytes = static_cast<std::uint32_t>(bytes);
  return status;
}

}  // namespace

const rapt_stream_1 stream_service = {hold};

}  // namespace rapt::runner
