// SPDX-License-Identifier: AGPL-3.0-or-later
#include "trial_work.hpp"

#include <rapt/jobs.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "rapt/base/clock.hpp"

namespace rapt::author {
namespace {

template <class T>
Task<Result<T>> ready(T value) {
  co_return value;
}

host::ModuleOfferPtr offer_of(const bundle::Manifest& manifest) {
  host::ModuleOffer offer;
  offer.module = manifest.name;
  offer.version = manifest.version;
  offer.jobs = manifest.jobs;
  offer.events = manifest.events;
  return std::make_shared<const host::ModuleOffer>(std::move(offer));
}

}  // namespace

struct TrialWork::Impl {
  explicit Impl(const bundle::Manifest& manifest) : offer(offer_of(manifest)) {}

  jobs::Ordered order(jobs::NewModuleJob wanted) {
    if (kept.size() >= RAPT_JOBS_MAX_WAITING) return jobs::Ordered::kFull;
    auto& work = wanted.work;
    const auto is_it = [&](const jobs::OpenJob& job) { return job.name == work.name && job.key == work.key; };
    if (std::any_of(kept.begin(), kept.end(), is_it)) return jobs::Ordered::kKnown;
    jobs::OpenJob job;
    job.name = std::move(work.name);
    job.key = std::move(work.key);
    job.max_attempts = wanted.max_attempts;
    job.created_at = SystemClock().now();
    job.due_at = job.next_at = job.created_at + wanted.delay;
    job.seq = ++ordered;
    kept.push_back(std::move(job));
    return jobs::Ordered::kOrdered;
  }
  bool take_back(const std::string& name, const std::string& key) {
    return std::erase_if(kept, [&](const jobs::OpenJob& job) { return job.name == name && job.key == key; }) > 0;
  }
  std::vector<jobs::OpenJob> open(const std::string& name, std::int64_t after, int limit) const {
    std::vector<jobs::OpenJob> out;
    for (const auto& job : kept) {
      if (out.size() == static_cast<std::size_t>(limit)) break;
      if (job.seq > after && (name.empty() || job.name == name)) out.push_back(job);
    }
    return out;
  }

  host::WorkOrders orders() {
    return {[this](jobs::NewModuleJob job) { return ready(order(std::move(job))); },
            [this](const std::string&, const std::string& name, const std::string& key) {
              return ready(take_back(name, key));
            },
            [this](const std::string&, const std::string& name, std::int64_t after, int limit) {
              return ready(open(name, after, limit));
            },
            // Nobody has subscribed here.
            [](const std::string&, const std::string&, const jobs::About&, int) { return ready(std::int64_t{0}); }};
  }
  host::OfferSource offers() const {
    return [known = offer](const std::string&) { return known; };
  }

  const host::ModuleOfferPtr offer;
  std::vector<jobs::OpenJob> kept{};  ///< in the order of their orders
  std::int64_t ordered = 0;
  host::Causation causation{};
  const host::Causation::Mark first{causation, offer->module, 0};  // whatever it is asked here, nothing led to it
  host::JobsCapability jobs{orders(), offers(), causation};
  host::EventsCapability events{orders(), offers(), causation};
};

TrialWork::TrialWork(const bundle::Manifest& manifest) : impl_(std::make_unique<Impl>(manifest)) {}
TrialWork::~TrialWork() = default;

host::Capability& TrialWork::jobs() const {
  return impl_->jobs;
}

host::Capability& TrialWork::events() const {
  return impl_->events;
}

}  // namespace rapt::author
