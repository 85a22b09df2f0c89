// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runtime/lane_parts.hpp"

#include <pthread.h>

#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "lane_mark.hpp"

namespace rapt::runtime {

namespace asio = boost::asio;

asio::execution_context::id LaneMark::id;

LaneMark* LaneMark::of(asio::execution_context& context) {
  return asio::has_service<LaneMark>(context) ? &asio::use_service<LaneMark>(context) : nullptr;
}

void LaneMark::add(const std::shared_ptr<LanePlace>& place) {
  std::erase_if(places_, [](const auto& known) { return known.expired(); });
  places_.push_back(place);
}

std::mutex& LaneMark::mutex() {
  static std::mutex all;
  return all;
}

void LaneMark::shutdown() {
  std::vector<std::shared_ptr<LanePart>> parts;
  {
    const std::lock_guard lock(mutex());
    for (const auto& known : places_) {
      if (const auto place = known.lock()) {
        place->gone = true;
        parts.push_back(std::move(place->part));
      }
    }
  }
  for (const auto& part : parts) part->abandon();
}

struct LaneParts::Impl {
  struct Lane {
    asio::execution_context* context;
    Executor executor;
    std::shared_ptr<LanePlace> place;
  };
  /// The loop for everybody who is on no lane.
  struct Own {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::shared_ptr<LanePart> part;  ///< used on the thread alone
    std::thread thread;
  };

  LanePart* known(asio::execution_context& context) {
    for (const Lane& lane : lanes) {
      if (lane.context == &context && !lane.place->gone) return lane.place->part.get();
    }
    return nullptr;
  }

  Own& own() {
    const std::lock_guard lock(own_mutex);
    if (!own_loop) {
      own_loop.emplace();
      own_loop->thread = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
        own_loop->context.run();
      });
    }
    return *own_loop;
  }

  void end_lanes() {
    const std::lock_guard lock(LaneMark::mutex());
    for (Lane& lane : lanes) {
      if (!lane.place->gone) asio::post(lane.executor, [part = lane.place->part] { part->end(); });
    }
  }

  void end_own() {
    if (!own_loop) return;
    asio::post(own_loop->context, [own = &*own_loop] {
      if (own->part) own->part->end();
      own->part.reset();
      own->work.reset();
    });
    own_loop->thread.join();
  }

  const std::string name;
  const Make make;
  std::vector<Lane> lanes{};  ///< guarded by LaneMark::mutex()
  std::mutex own_mutex{};
  std::optional<Own> own_loop{};
};

LaneParts::LaneParts(std::string thread_name, Make make)
    : impl_(new Impl{.name = std::move(thread_name), .make = std::move(make)}) {}

LaneParts::~LaneParts() {
  impl_->end_lanes();
  impl_->end_own();
}

LanePart* LaneParts::here(const Executor& executor) {
  auto& context = asio::query(executor, asio::execution::context);
  LaneMark* mark = LaneMark::of(context);
  if (mark == nullptr) return nullptr;
  const std::lock_guard lock(LaneMark::mutex());
  if (LanePart* part = impl_->known(context)) return part;
  std::erase_if(impl_->lanes, [](const Impl::Lane& lane) { return lane.place->gone; });
  auto place = std::make_shared<LanePlace>();
  // The task may be on a strand of the lane; the part is for all of it.
  const Executor lane = static_cast<asio::io_context&>(context).get_executor();
  place->part = impl_->make(lane);
  mark->add(place);
  impl_->lanes.push_back({&context, lane, place});
  return place->part.get();
}

void LaneParts::elsewhere(Use use) {
  auto& own = impl_->own();
  asio::post(own.context, [this, &own, use = std::move(use)] {
    if (!own.part) own.part = impl_->make(own.context.get_executor());
    use(*own.part);
  });
}

}  // namespace rapt::runtime
