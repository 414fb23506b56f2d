#include "services/matching/domain/cohort_snapshot.h"

#include <algorithm>
#include <string>

#include "common/status/check.h"
#include "common/status/macros.h"
#include "engine/policy.h"
#include "services/matching/domain/cohort_view.h"

namespace brygga::matching {
namespace {

using Pair = std::pair<ParticipantId, ParticipantId>;

// A coordinator's veto yields to a lock with an override reason, a participant's
// to nothing.
std::vector<Pair> BindingVetoes(const CohortChanges::Context& context) {
  std::set<Pair> overridden;
  for (const Lock& lock : context.locks) {
    if (!lock.override_reason.empty()) overridden.emplace(lock.adept, lock.mentor);
  }
  std::vector<Pair> binding;
  for (const Veto& veto : context.vetoes) {
    if (veto.origin == VetoOrigin::kCoordinator && overridden.contains({veto.adept, veto.mentor})) continue;
    binding.emplace_back(veto.adept, veto.mentor);
  }
  return binding;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const CohortSnapshot>> CohortSnapshot::Make(const engine::Reference& reference,
                                                                           const CohortChanges& changes) {
  BRYGGA_CHECK(changes.whole && changes.context);
  // Shared: a ranking goes on with the version it began with while a newer one
  // takes its place.
  const std::shared_ptr<CohortSnapshot> made(new CohortSnapshot(reference));
  BRYGGA_ASSIGN_OR_RETURN(const engine::Policy policy, engine::ParsePolicy(changes.policy.document));
  BRYGGA_ASSIGN_OR_RETURN(engine::Scorer scorer, engine::Scorer::Create(reference, policy));
  made->policy_ = std::make_shared<const MatchingPolicy>(changes.policy);
  made->scorer_ = std::make_shared<const engine::Scorer>(std::move(scorer));
  made->ranker_ = std::make_shared<const engine::Ranker>(*made->scorer_);
  BRYGGA_RETURN_IF_ERROR(made->Put(changes));
  return made;
}

absl::StatusOr<std::shared_ptr<const CohortSnapshot>> CohortSnapshot::With(const CohortChanges& changes) const {
  if (changes.whole || changes.policy.version != policy_->version ||
      (changes.context && changes.context->waited != context_->waited)) {
    return nullptr;
  }
  const std::shared_ptr<CohortSnapshot> made(new CohortSnapshot(*this));
  BRYGGA_RETURN_IF_ERROR(made->Put(changes));
  return made;
}

absl::Status CohortSnapshot::Put(const CohortChanges& changes) {
  cohort_ = changes.cohort;
  if (changes.context) {
    context_ = std::make_shared<const CohortChanges::Context>(*changes.context);
    Vetoed vetoed;
    for (const auto& [adept, mentor] : BindingVetoes(*context_)) {
      vetoed[{Side::kAdept, adept}].insert(mentor);
      vetoed[{Side::kMentor, mentor}].insert(adept);
    }
    vetoed_ = std::make_shared<const Vetoed>(std::move(vetoed));
  }
  std::vector<engine::Person> adepts, mentors;
  for (const Person& person : changes.people) {
    engine::Person known = Known(reference_, person);
    if (person.role == Side::kMentor) {
      known.capacity = std::min(known.capacity, person.person_capacity);
    } else if (const auto waited = context_->waited.find(person.id); waited != context_->waited.end()) {
      known.rounds_waited += waited->second;
    }
    (person.role == Side::kAdept ? adepts : mentors).push_back(std::move(known));
  }
  std::vector<std::string> adepts_gone, mentors_gone;
  for (const auto& [side, id] : changes.gone) {
    (side == Side::kAdept ? adepts_gone : mentors_gone).push_back(id.value());
  }
  BRYGGA_ASSIGN_OR_RETURN(adepts_, ranker_->Change(adepts_, adepts, adepts_gone));
  BRYGGA_ASSIGN_OR_RETURN(mentors_, ranker_->Change(mentors_, mentors, mentors_gone));
  return absl::OkStatus();
}

std::optional<CohortSnapshot::Seat> CohortSnapshot::Find(const ParticipantId& person) const {
  if (const auto row = Find(Side::kAdept, person)) return Seat{Side::kAdept, *row};
  if (const auto row = Find(Side::kMentor, person)) return Seat{Side::kMentor, *row};
  return std::nullopt;
}

engine::Ranking CohortSnapshot::Rank(const Seat& subject, engine::RankOptions options) const {
  const bool is_adept = subject.side == Side::kAdept;
  if (const auto vetoed = vetoed_->find({subject.side, IdOf(subject.side, subject.row)}); vetoed != vetoed_->end()) {
    for (const ParticipantId& other : vetoed->second) {
      if (const auto row = Find(is_adept ? Side::kMentor : Side::kAdept, other)) options.vetoed.push_back(*row);
    }
    std::sort(options.vetoed.begin(), options.vetoed.end());
  }
  return is_adept ? ranker_->RankMentors(adepts_, subject.row, mentors_, options)
                  : ranker_->RankAdepts(mentors_, subject.row, adepts_, options);
}

bool CohortSnapshot::IsVetoed(const ParticipantId& adept, const ParticipantId& mentor) const {
  const auto vetoed = vetoed_->find({Side::kAdept, adept});
  return vetoed != vetoed_->end() && vetoed->second.contains(mentor);
}

engine::PairScore CohortSnapshot::ScorePair(int32_t adept, int32_t mentor) const {
  engine::PairScore score = ranker_->ScorePair(adepts_, adept, mentors_, mentor);
  if (IsVetoed(IdOf(Side::kAdept, adept), IdOf(Side::kMentor, mentor))) {
    score.broken.insert(score.broken.begin(), {.rule = engine::HardRule::kVeto});
    score.score = 0;
    score.contributions.clear();
  }
  return score;
}

}  // namespace brygga::matching
