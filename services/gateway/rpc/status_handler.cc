#include "services/gateway/rpc/status_handler.h"

#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace brygga::gateway {
namespace {

using Steady = std::chrono::steady_clock;

// Nobody wants to wait long to hear that something is away.
constexpr absl::Duration kPatience = absl::Seconds(2);

struct Asked {
  std::string service;
  std::future<absl::StatusOr<bool>> answer;
};

v1::ServiceState StateOf(const absl::StatusOr<bool>& ready) {
  if (!ready.ok()) return v1::SERVICE_STATE_UNREACHABLE;
  return *ready ? v1::SERVICE_STATE_READY : v1::SERVICE_STATE_NOT_READY;
}

}  // namespace

absl::StatusOr<v1::GetSuiteStatusResponse> StatusHandler::GetSuiteStatus(const v1::GetSuiteStatusRequest&,
                                                                         const rpc::Call& call) const {
  rpc::CallOptions options = WithShare(call, 0.8);
  options.Until(absl::Now() + kPatience);
  const Steady::time_point start = Steady::now();
  std::vector<Asked> asked;
  asked.push_back({"partner", backends_.partner->ReadinessAsync(options)});
  asked.push_back({"participant", backends_.participant->ReadinessAsync(options)});
  asked.push_back({"matching", backends_.matching->ReadinessAsync(options)});
  asked.push_back({"events", backends_.events->ReadinessAsync(options)});

  v1::GetSuiteStatusResponse response;
  v1::ServiceStatus& self = *response.add_services();
  self.set_service("gateway");
  self.set_state(v1::SERVICE_STATE_READY);
  for (Asked& service : asked) {
    const absl::StatusOr<bool> ready = service.answer.get();
    v1::ServiceStatus& status = *response.add_services();
    status.set_service(service.service);
    status.set_state(StateOf(ready));
    if (!ready.ok()) continue;
    const auto elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - start).count();
    status.mutable_latency()->set_seconds(elapsed / 1'000'000'000);
    status.mutable_latency()->set_nanos(static_cast<int32_t>(elapsed % 1'000'000'000));
  }
  return response;
}

}  // namespace brygga::gateway
