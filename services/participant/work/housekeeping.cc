#include "services/participant/work/housekeeping.h"

#include "common/sql/requests.h"
#include "common/status/macros.h"
#include "services/participant/domain/enquiry.h"

namespace brygga::participant {

Housekeeping::Housekeeping(sql::Database& database, ParticipantStore& store, absl::Duration interval)
    : database_(database), store_(store), interval_(interval), thread_([this] { Run(); }) {}

Housekeeping::~Housekeeping() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

absl::Status Housekeeping::Sweep() {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  for (int erased = 1; erased > 0;) {
    BRYGGA_ASSIGN_OR_RETURN(erased, store_.EraseEnquiries(ErasedBefore(store_.Now()), deadline));
  }
  return sql::SweepAnswers(database_, deadline).status();
}

void Housekeeping::Run() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) return;
    }
    Sweep().IgnoreError();
  }
}

}  // namespace brygga::participant
