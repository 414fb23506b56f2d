#include "common/mutation/fake_ledger.h"

namespace brygga {

absl::Status FakeLedger::Find(const Origin& origin) const {
  const auto known = answers_.find({origin.actor, origin.request_id});
  if (known == answers_.end()) return absl::OkStatus();
  if (known->second.digest != origin.method + origin.request_digest) return RequestIdReused();
  return Replay(known->second.bytes);
}

void FakeLedger::Remember(const Origin& origin, std::string bytes) {
  answers_[{origin.actor, origin.request_id}] = {origin.method + origin.request_digest, std::move(bytes)};
}

}  // namespace brygga
