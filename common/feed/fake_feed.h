// A ChangeSource in memory, for tests of what follows a feed.
#ifndef BRYGGA_COMMON_FEED_FAKE_FEED_H_
#define BRYGGA_COMMON_FEED_FAKE_FEED_H_

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/feed/change_source.h"
#include "common/status/error.h"
#include "common/wait/mutex.h"

namespace brygga::feed {

// Safe for concurrent use; streams do not outlive it. Its faults strike each
// message that is sent while they are set, once.
class FakeFeed final : public ChangeSource {
 public:
  struct Faults {
    int cut_after = 0;      // Messages of a stream after which it ends; 0: never.
    bool repeat = false;    // Each message comes twice.
    bool reorder = false;   // The changes of a message come backwards, followed by the message itself.
    std::string leave_out;  // A resource of which one change is left out.
    size_t in_a_message = 3;
  };

  void Log(const std::string& resource, int64_t revision, ChangeKind kind = ChangeKind::kUpdated) {
    const MutexLock lock(&mutex_);
    log_.push_back({.resource = resource, .kind = kind, .revision = revision});
  }
  // Forgets the beginning of the log.
  void Compact() {
    const MutexLock lock(&mutex_);
    floor_ = log_.size();
  }
  void Set(Faults faults) {
    const MutexLock lock(&mutex_);
    faults_ = std::move(faults);
  }
  // What the service said at `token`: who counts cannot use what it says later.
  std::map<std::string, int64_t> StateAt(const std::string& token) {
    const MutexLock lock(&mutex_);
    std::map<std::string, int64_t> state;
    for (size_t i = 0; i < std::stoul(token); ++i) state[log_[i].resource] = log_[i].revision;
    return state;
  }
  size_t size() {
    const MutexLock lock(&mutex_);
    return log_.size();
  }
  int opened() {
    const MutexLock lock(&mutex_);
    return opened_;
  }

  std::unique_ptr<ChangeStream> Open(const std::string& token) override {
    const MutexLock lock(&mutex_);
    ++opened_;
    return std::make_unique<Stream>(*this, token);
  }

 private:
  class Stream final : public ChangeStream {
   public:
    Stream(FakeFeed& feed, std::string token) : feed_(feed), token_(std::move(token)) {}

    absl::StatusOr<ChangeBatch> Next() override {
      const MutexLock lock(&feed_.mutex_);
      if (!queue_.empty()) {
        ChangeBatch batch = std::move(queue_.front());
        queue_.pop_front();
        return batch;
      }
      if (token_.empty()) {
        at_ = feed_.log_.size();
        token_ = absl::StrCat(at_);
        return ChangeBatch{.token = token_, .as_of = absl::Now()};
      }
      if (sent_ == 0 && at_ == 0) at_ = std::stoul(token_);
      if (at_ < feed_.floor_) return MakeError(absl::StatusCode::kOutOfRange, "gone", {.reason = "TOKEN_COMPACTED"});
      if (feed_.faults_.cut_after > 0 && sent_ >= feed_.faults_.cut_after) return absl::UnavailableError("cut");
      const auto ready = [this] {
        feed_.mutex_.AssertReaderHeld();
        return cancelled_ || at_ < feed_.log_.size();
      };
      if (!feed_.mutex_.AwaitWithTimeout(Condition(&ready), absl::Milliseconds(20))) {
        return ChangeBatch{.token = absl::StrCat(at_), .as_of = absl::Now() - absl::Milliseconds(25)};
      }
      if (cancelled_) return absl::CancelledError();
      return Send();
    }
    void Cancel() override {
      const MutexLock lock(&feed_.mutex_);
      cancelled_ = true;
    }

   private:
    ChangeBatch Send() ABSL_EXCLUSIVE_LOCKS_REQUIRED(feed_.mutex_) {
      ++sent_;
      ChangeBatch batch;
      const size_t end = std::min(feed_.log_.size(), at_ + feed_.faults_.in_a_message);
      for (; at_ < end; ++at_) {
        if (feed_.log_[at_].resource == feed_.faults_.leave_out) {
          feed_.faults_.leave_out.clear();
          continue;
        }
        batch.changes.push_back(feed_.log_[at_]);
      }
      batch.token = absl::StrCat(at_);
      if (feed_.faults_.repeat || feed_.faults_.reorder) queue_.push_back(batch);
      if (feed_.faults_.reorder) std::reverse(batch.changes.begin(), batch.changes.end());
      return batch;
    }

    FakeFeed& feed_;
    std::string token_;
    size_t at_ = 0;
    int sent_ = 0;
    std::deque<ChangeBatch> queue_;
    bool cancelled_ = false;
  };

  Mutex mutex_;
  std::vector<Change> log_ ABSL_GUARDED_BY(mutex_);
  size_t floor_ ABSL_GUARDED_BY(mutex_) = 0;
  Faults faults_ ABSL_GUARDED_BY(mutex_);
  int opened_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace brygga::feed

#endif  // BRYGGA_COMMON_FEED_FAKE_FEED_H_
