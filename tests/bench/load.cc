#include "tests/bench/load.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "common/status/check.h"

namespace brygga::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

// One slot of the loop: sends its next call when the one before has ended.
class Loop {
 public:
  Loop(const Target& target, const Load& load, int first)
      : target_(target), load_(load), next_(first), end_(first + load.calls) {
    for (int i = 0; i < load.channels; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("brygga.bench.channel", i);  // Distinct arguments: a connection of its own.
      channels_.push_back(grpc::CreateCustomChannel(target.address, grpc::InsecureChannelCredentials(), arguments));
      BRYGGA_CHECK(channels_.back()->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10)));
      stubs_.push_back(std::make_unique<grpc::GenericStub>(channels_.back()));
    }
    latencies_.reserve(load.calls);
  }

  Cost Run() {
    const absl::Duration cpu_before = CpuOf(target_.process), own_before = CpuOf(getpid());
    const auto begin = SteadyClock::now();
    for (int i = 0; i < load_.in_flight; ++i) Send();
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return running_ == 0 && next_ >= end_; });
    const double wall_s = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    const absl::Duration cpu = CpuOf(target_.process) - cpu_before;
    const absl::Duration whole = cpu + CpuOf(getpid()) - own_before;
    std::sort(latencies_.begin(), latencies_.end());
    return {.cpu_us = absl::ToDoubleMicroseconds(cpu) / load_.calls,
            .whole_us = absl::ToDoubleMicroseconds(whole) / load_.calls,
            .p50_us = At(0.50),
            .p99_us = At(0.99),
            .per_s = load_.calls / wall_s,
            .failed = failed_,
            .error = error_};
  }

 private:
  struct Pending {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
    SteadyClock::time_point sent;
  };

  double At(double share) const {
    return latencies_.empty() ? 0 : latencies_[static_cast<size_t>(share * (latencies_.size() - 1))];
  }

  void Send() {
    int number;
    {
      std::lock_guard lock(mutex_);
      if (next_ >= end_) return;
      number = next_++;
      ++running_;
    }
    auto* pending = new Pending;  // Deleted when the call has ended.
    const std::string bytes = target_.request(number);
    grpc::Slice slice(bytes);
    pending->request = grpc::ByteBuffer(&slice, 1);
    if (!target_.token.empty()) pending->context.AddMetadata("authorization", "Bearer " + target_.token);
    pending->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    pending->sent = SteadyClock::now();
    stubs_[number % stubs_.size()]->UnaryCall(&pending->context, target_.method, {}, &pending->request,
                                              &pending->response,
                                              [this, pending](const grpc::Status& status) { Ended(pending, status); });
  }

  void Ended(Pending* pending, const grpc::Status& status) {
    const double us = std::chrono::duration<double, std::micro>(SteadyClock::now() - pending->sent).count();
    delete pending;
    {
      std::lock_guard lock(mutex_);
      latencies_.push_back(us);
      if (!status.ok() && failed_++ == 0) error_ = status.error_message();
    }
    Send();
    std::lock_guard lock(mutex_);
    if (--running_ == 0) idle_.notify_all();
  }

  const Target& target_;
  const Load& load_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;

  std::mutex mutex_;
  std::condition_variable idle_;
  int next_;
  int end_;
  int running_ = 0;
  int failed_ = 0;
  std::string error_;
  std::vector<double> latencies_;
};

}  // namespace

Cost Run(const Target& target, const Load& load, int first) { return Loop(target, load, first).Run(); }

absl::Duration CpuOf(pid_t process) {
  clockid_t clock;
  BRYGGA_CHECK(clock_getcpuclockid(process, &clock) == 0);
  timespec used;
  BRYGGA_CHECK(clock_gettime(clock, &used) == 0);
  return absl::Seconds(used.tv_sec) + absl::Nanoseconds(used.tv_nsec);
}

}  // namespace brygga::bench
