// Computes queued allocations, publishes those that are to be published, keeps
// partner's seats equal to what became of the matches, and offers on those that come
// back.
#ifndef BRYGGA_SERVICES_MATCHING_WORK_ALLOCATION_WORKER_H_
#define BRYGGA_SERVICES_MATCHING_WORK_ALLOCATION_WORKER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/log/log.h"
#include "services/matching/store/allocation_store.h"
#include "services/matching/store/openings.h"
#include "services/matching/work/allocation_facts.h"
#include "services/matching/work/work_loop.h"

namespace brygga::matching {

struct AllocationWorkerOptions {
  std::string id;  // Of this process, random.
  // As RoundWorkerOptions.
  absl::Duration claim = absl::Seconds(10);
  absl::Duration beat = absl::Milliseconds(250);
  absl::Duration poll = absl::Milliseconds(500);
  absl::Duration call_timeout = absl::Seconds(20);  // Of one call to a neighbour.
};

// Safe for concurrent use. What it is made from outlives it.
class AllocationWorker {
 public:
  AllocationWorker(AllocationStore& store, Openings& openings, AgeCheck& ages, AllocationWorkerOptions options,
                   std::shared_ptr<Log> log = nullptr);

  void Start() { loop_.Start(); }
  // Leaves what runs where it is: another worker, or this one after a restart, goes
  // on. Blocks until the thread has ended; destruction does it, too.
  void Stop() { loop_.Stop(); }
  // There may be work: look now.
  void Nudge() { loop_.Nudge(); }

  // Does everything that can be done now, on the caller's thread: for tests, and
  // what the thread does. The number of allocations and batches of seats handled.
  int RunOnce();

  const AllocationFacts& facts() const { return facts_; }

  // The same calls in the same order, but each step of a publication or an offer asks first
  // whether to go on; where not, it stops there as if the process had been killed.
  // For tests.
  void SetKillSwitch(std::function<bool(std::string_view step)> killed) { killed_ = std::move(killed); }

 private:
  class Heart;

  bool Handle(const Allocation& queued);
  absl::Status Compute(const Allocation& claimed, Heart& heart);
  absl::Status Publish(const Allocation& claimed, Heart& heart);
  absl::Status Undo(const Allocation& claimed, const std::vector<SeatRef>& seats, const absl::Status& why,
                    Heart& heart);
  int SettleSeats();
  // For a batch that partner refused: what it knows otherwise is settled so.
  absl::Status SettleOneByOne(const std::vector<UnsettledSeat>& seats);
  // Offers on the seats that came back. How many steps that were.
  int PursueOffers();
  absl::Status Pursue(const Offer& offer, absl::Time now);
  absl::Status TakeBack(const Offer& offer);
  absl::Time Soon() const;
  bool Killed(std::string_view step) const { return killed_ && killed_(step); }

  AllocationStore& store_;
  Openings& openings_;
  const AllocationWorkerOptions options_;
  const AllocationFacts facts_;
  const std::shared_ptr<Log> log_;  // Shared with the server; null in tests.
  std::function<bool(std::string_view)> killed_;
  WorkLoop loop_;  // Last: it uses the others.
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_WORK_ALLOCATION_WORKER_H_
