#include "services/matching/work/people_feeds.h"

#include <set>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/status/macros.h"

namespace brygga::matching {
namespace {

constexpr absl::Duration kTimeoutEach = absl::Seconds(20);

// What changes ask to be read.
struct Wanted {
  Projection::Asked asked;
  std::set<ProgrammeId> programmes;
  std::set<std::string> organisations;
};

void Add(const std::string& resource, Wanted& wanted) {
  const std::vector<std::string> parts = absl::StrSplit(resource, '/');
  if (parts.size() < 2) return;
  const bool is_person = parts.size() == 2 || parts[2] == "consents" || parts[2] == "screenings";
  if (parts[0] == "participants" && is_person) wanted.asked.participants.insert(ParticipantId(parts[1]));
  if (parts[0] == "organisations" && parts.size() == 4 && parts[2] == "agreements") {
    wanted.organisations.insert(parts[1]);
  }
  if (parts[0] != "programmes") return;
  if (parts.size() == 2) wanted.programmes.insert(ProgrammeId(parts[1]));
  if (parts.size() == 4 && parts[2] == "cohorts") {
    wanted.asked.cohorts.insert({ProgrammeId(parts[1]), CohortId(parts[3])});
  }
  if (parts.size() == 6 && parts[4] == "enrolments") wanted.asked.enrolments.insert(resource);
}

}  // namespace

absl::StatusOr<std::optional<feed::Progress>> PeopleDerivation::Load(absl::Time deadline) {
  return store_.GetProgress(feed_, deadline);
}

absl::Status PeopleDerivation::Snapshot(const feed::Step& step, absl::Time deadline) {
  BRYGGA_RETURN_IF_ERROR(projection_.RefreshWhatCanBe(kTimeoutEach));
  // Reading all may have taken longer, and would next time.
  return projection_.Reread({}, step, std::max(deadline, absl::Now() + kTimeoutEach));
}

absl::Status PeopleDerivation::Apply(const std::vector<feed::Change>& changes, const feed::Step& step,
                                     absl::Time deadline) {
  Wanted wanted;
  for (const feed::Change& change : changes) Add(change.resource, wanted);
  if (!wanted.programmes.empty()) {
    // A cohort that cannot be read now, perhaps because of partner, holds up nobody's
    // withdrawal: the sweep reads it when it can be.
    const absl::Time half_way = absl::Now() + (deadline - absl::Now()) / 2;
    projection_.RefreshAllOf(wanted.programmes, kTimeoutEach, half_way).IgnoreError();
  }
  if (!wanted.organisations.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(auto employed, store_.ListEmployed(wanted.organisations, deadline));
    wanted.asked.participants.merge(employed);
  }
  return projection_.Reread(wanted.asked, step, deadline);
}

PeopleFeeds::Followed::Followed(std::unique_ptr<feed::ChangeSource> from, const std::string& feed,
                                Projection& projection, CohortStore& store, const std::shared_ptr<Log>& log)
    : source(std::move(from)),
      derivation(feed, projection, store),
      consumer(*source, derivation, {.feed = feed, .log = log}) {}

PeopleFeeds::PeopleFeeds(Sources sources, Projection& projection, CohortStore& store, const std::shared_ptr<Log>& log) {
  if (sources.participant) {
    participant_ = std::make_unique<Followed>(std::move(sources.participant), kParticipantFeed, projection, store, log);
  }
  if (sources.partner) {
    partner_ = std::make_unique<Followed>(std::move(sources.partner), kPartnerFeed, projection, store, log);
  }
}

void PeopleFeeds::Start() {
  if (participant_) participant_->consumer.Start();
  if (partner_) partner_->consumer.Start();
}

void PeopleFeeds::Stop() {
  if (participant_) participant_->consumer.Stop();
  if (partner_) partner_->consumer.Stop();
}

void PeopleFeeds::Measure(const std::shared_ptr<prometheus::Registry>& registry) {
  if (participant_) participant_->consumer.Measure(registry);
  if (partner_) partner_->consumer.Measure(registry);
}

}  // namespace brygga::matching
