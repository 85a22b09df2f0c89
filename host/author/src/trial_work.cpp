// SPDX-License-Identifier: AGPL-3.0-or-later
#include "trial_work.hpp"

#include <set>
#include <string>
#include <utility>

namespace rapt::author {
namespace {

constexpr std::size_t kMostJobs = 10'000;  // as of a module on a host

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

  jobs::Ordered order(const jobs::ModuleWork& work) {
    if (kept.size() >= kMostJobs) return jobs::Ordered::kFull;
    return kept.emplace(work.name, work.key).second ? jobs::Ordered::kOrdered : jobs::Ordered::kKnown;
  }
  bool take_back(const std::string& name, const std::string& key) { return kept.erase({name, key}) > 0; }

  host::WorkOrders orders() {
    return {[this](jobs::NewModuleJob job) { return ready(order(job.work)); },
            [this](const std::string&, const std::string& name, const std::string& key) {
              return ready(take_back(name, key));
            },
            // Nobody has subscribed here.
            [](const std::string&, const std::string&, const jobs::About&, int) { return ready(std::int64_t{0}); }};
  }
  host::OfferSource offers() const {
    return [known = offer](const std::string&) { return known; };
  }

  const host::ModuleOfferPtr offer;
  std::set<std::pair<std::string, std::string>> kept{};
  host::Causation causation{};
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
