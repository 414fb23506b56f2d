#include "common/sql/read_mark.h"

#include "absl/status/status.h"

namespace brygga::sql {
namespace {

// Takes the lock: BEGIN alone does not.
constexpr char kRead[] = "SELECT name FROM sqlite_schema LIMIT 1";

}  // namespace

void ReadMark::Hold() {
  if (state_.load(std::memory_order_relaxed) != State::kFree) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || state_ != State::kFree) return;
  connection_->SetDeadline(absl::InfiniteFuture());
  absl::Status begun = connection_->Run("BEGIN");
  if (begun.ok()) begun = connection_->Run(kRead);
  if (begun.ok()) {
    state_ = State::kHeld;
  } else {
    Release();
  }
}

void ReadMark::Forbid() {
  const std::lock_guard lock(mutex_);
  Release();
  state_ = State::kForbidden;
}

void ReadMark::Allow() {
  const std::lock_guard lock(mutex_);
  state_ = State::kFree;
}

void ReadMark::LetGo() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kHeld) return;
  Release();
  state_ = State::kFree;
}

void ReadMark::Release() {
  if (connection_->InTransaction()) connection_->Run("ROLLBACK").IgnoreError();
}

}  // namespace brygga::sql
