#include "services/participant/domain/consent.h"

namespace brygga::participant {

Consent Withdrawn(Consent consent, absl::Time now) {
  if (!consent.live()) return consent;
  consent.withdrawn_at = now;
  ++consent.revision;
  return consent;
}

std::set<Purpose> LivePurposes(const std::vector<Consent>& consents) {
  std::set<Purpose> purposes;
  for (const Consent& consent : consents) {
    if (consent.live()) purposes.insert(consent.purpose);
  }
  return purposes;
}

}  // namespace brygga::participant
