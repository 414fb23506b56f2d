#include "services/events/work/housekeeping.h"

#include "common/sql/requests.h"

namespace brygga::events {

Housekeeping::Housekeeping(sql::Database& database, absl::Duration interval)
    : database_(database), interval_(interval), thread_([this] { Run(); }) {}

Housekeeping::~Housekeeping() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

absl::StatusOr<int64_t> Housekeeping::Sweep() { return sql::SweepAnswers(database_, absl::Now() + absl::Seconds(30)); }

void Housekeeping::Run() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) return;
    }
    Sweep().IgnoreError();
  }
}

}  // namespace brygga::events
