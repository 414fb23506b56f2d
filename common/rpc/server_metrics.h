// What a server measures of its calls, as Prometheus metrics.
#ifndef BRYGGA_COMMON_RPC_SERVER_METRICS_H_
#define BRYGGA_COMMON_RPC_SERVER_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace brygga::rpc {

class ServerMetrics;

// Of one method. Safe for concurrent use.
class MethodMetrics {
 public:
  MethodMetrics(ServerMetrics& server, const std::string& method);

  void Ended(int code, absl::Duration duration, absl::Duration queued);

 private:
  ServerMetrics& server_;
  const std::string method_;
  prometheus::Histogram& duration_;
  prometheus::Histogram& queued_;
  std::array<std::atomic<prometheus::Counter*>, 17> by_code_ = {};  // Made when first needed.
};

// Of one server: a registry of its own. Safe for concurrent use.
class ServerMetrics {
 public:
  explicit ServerMetrics(const std::string& service);

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }
  prometheus::Gauge& in_flight() { return in_flight_; }
  prometheus::Gauge& streams() { return streams_; }

 private:
  friend class MethodMetrics;

  const std::shared_ptr<prometheus::Registry> registry_;  // Shared with the exposer, which holds it weakly.
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Histogram>& queued_;
  prometheus::Gauge& in_flight_;
  prometheus::Gauge& streams_;
};

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_SERVER_METRICS_H_
