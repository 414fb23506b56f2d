#include "common/wait/no_wait.h"

#include "common/status/check.h"

namespace brygga {
namespace {

thread_local NoWait* t_no_wait = nullptr;

}  // namespace

NoWait::NoWait() {
  BRYGGA_CHECK(t_no_wait == nullptr);
  t_no_wait = this;
}

NoWait::~NoWait() { t_no_wait = nullptr; }

bool NoWait::Active() { return t_no_wait != nullptr; }

bool NoWait::Refuses() {
  if (t_no_wait == nullptr) return false;
  t_no_wait->refused_ = true;
  return true;
}

absl::Status NoWait::Refusal() { return absl::UnavailableError("this thread must not wait"); }

bool NoWait::HasRefused() { return t_no_wait != nullptr && t_no_wait->refused_; }

}  // namespace brygga
