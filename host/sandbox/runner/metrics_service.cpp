// SPDX-License-Identifier: AGPL-3.0-or-later
// Figures never wait: they travel with the reply.
#include <rapt/metrics.h>

#include <cmath>

#include "rapt/sandbox/check.hpp"
#include "services.hpp"

namespace rapt::runner {
namespace {

namespace wire = sandbox::wire;
using sandbox::MetricsMethod;

static_assert(wire::kMaxMetrics == RAPT_METRICS_MAX_FIGURES &&
              wire::kMaxMetricNameBytes == RAPT_METRICS_MAX_NAME_BYTES);

rapt_status record(rapt_text name, MetricsMethod method, std::int64_t delta, double value) {
  rapt_reply* reply = reply_under_way();
  if (reply == nullptr) return RAPT_E_NOT_ALLOWED;
  if (!sandbox::is_metric_name(view(name))) return RAPT_E_INVALID;
  if (reply->body.metric_count == wire::kMaxMetrics) return RAPT_E_TOO_LARGE;
  wire::MetricEntry entry{{}, static_cast<std::uint32_t>(method), delta, value};
  if (const rapt_status status = copy_into(*reply, name, entry.name); status != RAPT_OK) return status;
  reply->body.metrics[reply->body.metric_count++] = entry;
  return RAPT_OK;
}

rapt_status count(const rapt_host*, rapt_text name, std::int64_t delta) {
  return delta < 0 ? RAPT_E_INVALID : record(name, MetricsMethod::kCount, delta, 0);
}

rapt_status observe(const rapt_host*, rapt_text name, double value) {
  return std::isfinite(value) ? record(name, MetricsMethod::kObserve, 0, value) : RAPT_E_INVALID;
}

const rapt_metrics_1 metrics_table = {count, observe};

}  // namespace

const void* const metrics_service = &metrics_table;

}  // namespace rapt::runner
