// A directory that a test fills.
#ifndef BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FAKE_PARTNER_DIRECTORY_H_
#define BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FAKE_PARTNER_DIRECTORY_H_

#include <map>
#include <set>
#include <string>
#include <utility>

#include "services/participant/domain/errors.h"
#include "services/participant/domain/partner_directory.h"

namespace brygga::participant {

// Not thread-safe while it is being filled.
class FakePartnerDirectory final : public PartnerDirectory {
 public:
  // Records an agreement whose last day is `last`.
  void Agree(const std::string& operator_name, const std::string& organisation, Date last = Date(9999, 1, 1)) {
    last_day_[{operator_name, organisation}] = last;
  }
  void set_reachable(bool reachable) { reachable_ = reachable; }

  void set_as_of(absl::Time as_of) { as_of_ = as_of; }

  absl::StatusOr<ActiveAgreements> WithActiveAgreement(const std::string& operator_name,
                                                       const std::set<std::string>& organisations, Date day,
                                                       absl::Time) override {
    if (!reachable_) return AgreementsUnreachable();
    ActiveAgreements active{.as_of = as_of_};
    for (const std::string& organisation : organisations) {
      const auto found = last_day_.find({operator_name, organisation});
      if (found != last_day_.end() && day <= found->second) active.organisations.insert(organisation);
    }
    return active;
  }

 private:
  bool reachable_ = true;
  absl::Time as_of_ = absl::InfiniteFuture();
  std::map<std::pair<std::string, std::string>, Date> last_day_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_DOMAIN_FAKE_PARTNER_DIRECTORY_H_
