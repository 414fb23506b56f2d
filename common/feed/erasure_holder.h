// How a service that holds something about persons erases it when participant
// says so, and says that it has.
//
// What is to be done is what participant lists as waiting, not what its feed
// told: the feed only says when to look. So nothing is lost with a stream or a
// process, and doing it twice does no harm.
#ifndef BRYGGA_COMMON_FEED_ERASURE_HOLDER_H_
#define BRYGGA_COMMON_FEED_ERASURE_HOLDER_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/wait/mutex.h"

namespace brygga::feed {

// One person whom this holder is to erase.
struct ErasureRequest {
  std::string name;         // dataSubjectRequests/{data_subject_request}
  std::string participant;  // participants/{participant}
  // False: what is erased may still come back from another holder that has not
  // erased yet. It is erased all the same, again now and then, and once more before
  // it is acknowledged.
  bool is_final = true;

  friend bool operator==(const ErasureRequest&, const ErasureRequest&) = default;
};

// What participant says of erasures. Safe for concurrent use.
class ErasureRequests {
 public:
  virtual ~ErasureRequests() = default;

  // Those that wait for this holder, oldest first.
  virtual absl::StatusOr<std::vector<ErasureRequest>> Waiting(absl::Time deadline) = 0;
  virtual absl::Status Acknowledge(const ErasureRequest& request, absl::Time deadline) = 0;

  // Calls `look` whenever something may have come to wait, at the latest every
  // few seconds, until it cannot any more, and says why. Stop ends it, also
  // before it has begun.
  virtual absl::Status Follow(absl::FunctionRef<void()> look) = 0;
  virtual void Stop() = 0;
};

// Erases a person, durably when it returns; also one of whom nothing is held.
using ErasePerson = std::function<absl::Status(const std::string& participant, absl::Time deadline)>;

// Safe for concurrent use.
class ErasureHolder {
 public:
  // `requests` outlives it. `again`: how long what is not final stays erased before
  // it is erased again. Each time holds up whoever copies from the other holder.
  ErasureHolder(ErasureRequests& requests, ErasePerson erase, absl::Duration again = absl::Seconds(15))
      : requests_(requests), erase_(std::move(erase)), again_(again) {}
  ~ErasureHolder() { Stop(); }

  // Erases whoever waits, and acknowledges each once it is durable and final. What
  // fails for one keeps no other waiting; the first error is returned.
  absl::Status RunOnce(absl::Time deadline);

  // Starts and stops doing so on a thread of its own, as soon as participant
  // tells. Stop waits for what has begun; after it, there is no Start.
  void Start();
  void Stop();

 private:
  void Run();
  absl::Status Erase(const ErasureRequest& request, absl::Time deadline);
  bool IsErasedForNow(const ErasureRequest& request);

  ErasureRequests& requests_;
  const ErasePerson erase_;
  const absl::Duration again_;
  Mutex mutex_;
  // When what is not final was erased, SteadyNow's, by request.
  absl::flat_hash_map<std::string, absl::Time> erased_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Of Start and Stop alone.
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_ERASURE_HOLDER_H_
