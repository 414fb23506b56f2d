// What a person has agreed to, and what may be done without it.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_CONSENT_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_CONSENT_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/participant/domain/ids.h"
#include "services/participant/domain/words.h"

namespace brygga::participant {

// The text that a person was shown.
struct Notice {
  std::string version;
  std::string sha256;

  friend bool operator==(const Notice&, const Notice&) = default;
};

struct Consent {
  ConsentId id;
  ParticipantId person;
  int64_t revision = 1;
  Purpose purpose = Purpose::kUnspecified;
  Notice notice;
  ConsentChannel channel = ConsentChannel::kUnspecified;
  absl::Time given_at;
  std::optional<absl::Time> withdrawn_at;

  bool live() const { return !withdrawn_at; }

  friend bool operator==(const Consent&, const Consent&) = default;
};

// `consent` as withdrawn at `now`; as it is where it was withdrawn before.
Consent Withdrawn(Consent consent, absl::Time now);

// The purposes for which there is a live consent.
std::set<Purpose> LivePurposes(const std::vector<Consent>& consents);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_CONSENT_H_
