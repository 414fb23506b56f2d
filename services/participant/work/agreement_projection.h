// Keeps what is known here of agreements equal to what partner says.
#ifndef BRYGGA_SERVICES_PARTICIPANT_WORK_AGREEMENT_PROJECTION_H_
#define BRYGGA_SERVICES_PARTICIPANT_WORK_AGREEMENT_PROJECTION_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/feed/consumer.h"
#include "services/participant/domain/agreement.h"
#include "services/participant/store/agreement_store.h"

namespace brygga::participant {

// Partner, as far as agreements go. Safe for concurrent use.
class AgreementSource {
 public:
  virtual ~AgreementSource() = default;

  virtual absl::StatusOr<std::vector<Agreement>> ReadAll(absl::Time deadline) = 0;
  // Those that exist.
  virtual absl::StatusOr<std::vector<Agreement>> Read(const std::set<std::string>& names, absl::Time deadline) = 0;
};

// What a feed::Consumer of partner's agreements derives: reads those that
// changed, and keeps them. Source and store outlive it.
class AgreementProjection final : public feed::Derivation {
 public:
  AgreementProjection(AgreementSource& source, AgreementStore& store) : source_(source), store_(store) {}

  absl::StatusOr<std::optional<feed::Progress>> Load(absl::Time deadline) override;
  absl::Status Snapshot(const feed::Step& step, absl::Time deadline) override;
  absl::Status Apply(const std::vector<feed::Change>& changes, const feed::Step& step, absl::Time deadline) override;

 private:
  AgreementSource& source_;
  AgreementStore& store_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_WORK_AGREEMENT_PROJECTION_H_
