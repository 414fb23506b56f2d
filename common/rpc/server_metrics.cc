#include "common/rpc/server_metrics.h"

#include <map>

#include "common/rpc/wire_status.h"

namespace brygga::rpc {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                          0.1,    0.25,  0.5,    1,     2.5,  10,    60};

}  // namespace

ServerMetrics::ServerMetrics(const std::string& service)
    : registry_(std::make_shared<prometheus::Registry>()),
      calls_(prometheus::BuildCounter()
                 .Name("brygga_rpc_calls_total")
                 .Help("Calls that have ended, by method and code")
                 .Labels({{"service", service}})
                 .Register(*registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("brygga_rpc_duration_seconds")
                     .Help("From the arrival of a call to its end")
                     .Labels({{"service", service}})
                     .Register(*registry_)),
      queued_(prometheus::BuildHistogram()
                  .Name("brygga_rpc_queue_seconds")
                  .Help("How long calls waited for a thread, those that needed one")
                  .Labels({{"service", service}})
                  .Register(*registry_)),
      in_flight_(prometheus::BuildGauge()
                     .Name("brygga_rpc_in_flight")
                     .Help("Calls that run or wait for a thread")
                     .Labels({{"service", service}})
                     .Register(*registry_)
                     .Add({})),
      streams_(prometheus::BuildGauge()
                   .Name("brygga_rpc_streams")
                   .Help("Server streams that are open")
                   .Labels({{"service", service}})
                   .Register(*registry_)
                   .Add({})) {}

MethodMetrics::MethodMetrics(ServerMetrics& server, const std::string& method)
    : server_(server),
      method_(method),
      duration_(server.durations_.Add({{"method", method}}, kSeconds)),
      queued_(server.queued_.Add({{"method", method}}, kSeconds)) {}

void MethodMetrics::Ended(int code, absl::Duration duration, absl::Duration queued) {
  auto& slot = by_code_[code >= 0 && code < static_cast<int>(by_code_.size()) ? code : 2];
  prometheus::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &server_.calls_.Add({{"method", method_}, {"code", std::string(CodeName(code))}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
  duration_.Observe(absl::ToDoubleSeconds(duration));
  if (queued > absl::ZeroDuration()) queued_.Observe(absl::ToDoubleSeconds(queued));
}

}  // namespace brygga::rpc
