// What every call passes through before its function: the part that needs no
// gRPC.
#ifndef BRYGGA_COMMON_RPC_PIPELINE_H_
#define BRYGGA_COMMON_RPC_PIPELINE_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/access.h"
#include "common/rpc/call.h"
#include "common/rpc/executor.h"
#include "common/rpc/gate.h"
#include "common/rpc/identity.h"
#include "common/rpc/server.h"
#include "common/rpc/server_metrics.h"
#include "common/rpc/service.h"
#include "common/rpc/trace.h"
#include "common/rpc/validator.h"
#include "common/rpc/wire_status.h"

namespace brygga::rpc {

// Whether it is worth while to try a method where it must not wait: the more
// often in a row it was refused, the more calls are not tried, up to kMost . Safe for concurrent use.
class Trial {
 public:
  bool Worthwhile() {
    if (skip_.load(std::memory_order_relaxed) <= 0) return true;
    skip_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  void Ended(bool refused) {
    const int before = refusals_.load(std::memory_order_relaxed);
    if (!refused && before == 0) return;
    const int refusals = refused ? std::min(2 * before + 1, kMost) : 0;
    refusals_.store(refusals, std::memory_order_relaxed);
    skip_.store(refusals / 2, std::memory_order_relaxed);
  }

  static constexpr int kMost = 127;

 private:
  std::atomic<int> refusals_ = 0;  // 2^n - 1 after n in a row.
  std::atomic<int> skip_ = 0;
};

// One method as a server runs it. Immutable.
struct BoundMethod {
  const Service::Method* method;
  AccessRule access;
  const TypeRules* rules;
  std::string name;  // "brygga.partner.v1.PartnerService/GetOrganisation".
  std::unique_ptr<MethodMetrics> metrics;
  std::unique_ptr<Trial> trial = std::make_unique<Trial>();
  Channel* backend = nullptr;  // Where to forward.
};

// What is known of a call from its arrival to its end.
struct CallRecord {
  explicit CallRecord(std::string_view traceparent) : trace(traceparent) {}
  CallRecord(const CallRecord&) = delete;  // `state` looks into `trace`.
  CallRecord& operator=(const CallRecord&) = delete;

  const TraceContext trace;
  const std::chrono::steady_clock::time_point arrived = std::chrono::steady_clock::now();
  absl::Duration queued = absl::ZeroDuration();
  CallState state = {.traceparent = trace.header()};

  absl::Duration Elapsed() const { return absl::FromChrono(std::chrono::steady_clock::now() - arrived); }
};

// A stream that can be told to end. Called on any thread.
class Drainable {
 public:
  virtual ~Drainable() = default;
  virtual void Drain() = 0;
};

// The streams that are open. Safe for concurrent use.
class OpenStreams {
 public:
  void Add(Drainable* stream);
  // After this returns nobody calls the stream.
  void Remove(Drainable* stream);
  void DrainAll();

 private:
  std::mutex mutex_;
  std::set<Drainable*> streams_;  // Guarded by mutex_.
};

// Of one server. Safe for concurrent use.
class Pipeline {
 public:
  explicit Pipeline(const ServerOptions& options);

  // The method as this server runs it. kInternal: its (access) is wrong.
  absl::StatusOr<BoundMethod> Bind(const Service& service, const Service::Method& method);

  // How long a caller that asks for `asked` gets.
  static absl::Time GrantedDeadline(absl::Time asked, const MethodOptions& options, absl::Time now);

  // kDeadlineExceeded, kCancelled: nobody waits for the call any more.
  static absl::Status InTime(const CallRecord& record, bool cancelled);

  // A call that waited for its thread: dropped where nobody waits any more, and
  // refused where it waited too long.
  absl::Status AfterQueue(const CallRecord& record, bool cancelled) const;

  // Fills in the caller behind the header `authorization`, which outlives the
  // record; there must be at most one.
  absl::Status Authenticate(std::optional<std::string_view> authorization, int headers, CallRecord* record) const;

  // Authorisation and validation. A request that is wrong is told so before a
  // caller is told that a thing does not exist.
  absl::Status Judge(const BoundMethod& method, const CallRecord& record,
                     const google::protobuf::Message& request) const;

  // Counts and logs the end of a call, and says what its caller may know.
  WireStatus Ended(const BoundMethod& method, const CallRecord& record, const absl::Status& status);

  Gate gate;
  ServerMetrics metrics;
  Executor executor;
  Executor stream_threads;
  OpenStreams open_streams;

 private:
  const absl::Duration max_queue_wait_;
  const std::shared_ptr<const Authenticator> authenticator_;  // Shared with other servers of the process.
  const std::shared_ptr<Log> log_;                            // Likewise.
};

// The refusals of the gate and of admission.
absl::Status Draining();
absl::Status Overloaded();
absl::Status TooManyStreams();

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_PIPELINE_H_
