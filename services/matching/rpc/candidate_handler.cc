#include "services/matching/rpc/candidate_handler.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/rpc/convert.h"
#include "services/matching/rpc/explain_convert.h"

namespace brygga::matching {
namespace {

// So long a round may be solved again to say what a pair would cost, and so much of
// the call's time is left to answer in.
constexpr absl::Duration kForceWithin = absl::Seconds(10);
constexpr absl::Duration kToAnswer = absl::Milliseconds(500);

bool IsVetoed(const CohortView& view, int32_t adept, int32_t mentor) {
  const engine::Pairs& vetoes = view.vetoes();
  return std::find(vetoes.begin(), vetoes.end(), std::pair(adept, mentor)) != vetoes.end();
}

void AddScore(const engine::PairScore& score, const Catalogue& words, v1::ExplainPairResponse& response) {
  response.set_feasible(score.allowed());
  for (const engine::BrokenRule& rule : score.broken) *response.add_broken_rules() = matching::ToProto(rule, words);
  response.set_score(score.score);
  for (const engine::Contribution& part : score.contributions) {
    *response.add_contributions() = matching::ToProto(part, words);
  }
  *response.add_sentences() =
      matching::ToProto(score.allowed() ? Say("pair.ALLOWED", {{"score", absl::StrCat(score.score)}})
                                        : Say("pair.FORBIDDEN", {{"rules", absl::StrCat(score.broken.size())}}),
                        words);
}

}  // namespace

absl::StatusOr<v1::ExplainPairResponse> CandidateHandler::Explain(const v1::ExplainPairRequest& request,
                                                                  const rpc::Call& call) {
  const CohortKey key = ToCohortKey(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const Catalogue* words, texts_.In(request.language_code()));
  v1::ExplainPairResponse response;
  if (request.round().empty()) {
    BRYGGA_ASSIGN_OR_RETURN(const Cohort cohort, projection_.Ensure(key, call.deadline()));
    BRYGGA_ASSIGN_OR_RETURN(const auto snapshot, snapshots_.Get(key, cohort.epoch, call.deadline()));
    BRYGGA_RETURN_IF_ERROR(ExplainNow(request, *snapshot, cohort.as_of, *words, response));
  } else {
    const Named<RoundId> name = ToRoundName(request.round());
    if (name.key != key) return NotFound(request.round());
    BRYGGA_ASSIGN_OR_RETURN(const RoundViews::Opened opened, rounds_.Get(key, name.id, call.deadline()));
    BRYGGA_RETURN_IF_ERROR(ExplainInRound(request, *opened.view, *words, call, response));
  }
  BRYGGA_RETURN_IF_ERROR(AddLatest(request, call.deadline(), response));
  return response;
}

absl::Status CandidateHandler::ExplainNow(const v1::ExplainPairRequest& request, const CohortSnapshot& snapshot,
                                          absl::Time as_of, const Catalogue& words, v1::ExplainPairResponse& response) {
  const auto adept = snapshot.Find(Side::kAdept, ToParticipantId(request.adept()));
  if (!adept) return NotFound(request.adept());
  const auto mentor = snapshot.Find(Side::kMentor, ToParticipantId(request.mentor()));
  if (!mentor) return NotFound(request.mentor());
  AddScore(snapshot.ScorePair(*adept, *mentor), words, response);
  *response.mutable_as_of() = matching::ToProto(as_of);
  response.set_policy(snapshot.policy().name());
  return absl::OkStatus();
}

absl::Status CandidateHandler::ExplainInRound(const v1::ExplainPairRequest& request, const RoundView& round,
                                              const Catalogue& words, const rpc::Call& call,
                                              v1::ExplainPairResponse& response) {
  const CohortView& view = round.view();
  const auto adept_row = view.AdeptRow(ToParticipantId(request.adept()));
  if (!adept_row) return NotFound(request.adept());
  const auto mentor_row = view.MentorRow(ToParticipantId(request.mentor()));
  if (!mentor_row) return NotFound(request.mentor());
  const int32_t adept = *adept_row, mentor = *mentor_row;
  AddScore(view.ScorePair(adept, mentor), words, response);
  *response.mutable_as_of() = matching::ToProto(view.input().cohort.as_of);
  response.set_policy(view.input().policy.name());
  const auto say = [&](const Sentence& sentence) { *response.add_sentences() = matching::ToProto(sentence, words); };
  const engine::MatchedPair* const pair = round.PairOf(adept);
  if (pair != nullptr && pair->mentor == mentor) {
    response.set_in_round(true);
    say(Say("pair.IN_ROUND"));
    if (pair->locked) say(Say("pair.LOCKED"));
    return absl::OkStatus();
  }
  if (IsVetoed(view, adept, mentor)) {
    say(Say("pair.VETOED"));
    return absl::OkStatus();
  }
  if (view.LockOf(adept) != nullptr) {
    say(Say("pair.ADEPT_LOCKED"));
    return absl::OkStatus();
  }
  const absl::Time until = std::min(absl::Now() + kForceWithin, call.deadline() - kToAnswer);
  const auto asked = round.Force(adept, mentor, [&] { return call.cancelled() || absl::Now() >= until; });
  if (absl::IsCancelled(asked.status()) && !call.cancelled()) {
    say(Say("pair.TOO_LONG"));
    return absl::OkStatus();
  }
  BRYGGA_RETURN_IF_ERROR(asked.status());
  const std::optional<RoundView::ForcedAnswer>& answer = *asked;
  if (!answer) {
    say(Say("pair.NOT_COMPUTED"));
    return absl::OkStatus();
  }
  *response.mutable_forced() =
      matching::ToProto(answer->forced, answer->counts_pairs, view, round.solved.problem, words);
  if (!answer->again) {
    say(SentenceOf(answer->forced.change, answer->counts_pairs));
    return absl::OkStatus();
  }
  AddAgain(*answer->again, round.objective, *response.mutable_forced());
  for (const Sentence& sentence : SentencesOf(*answer->again, round.objective)) say(sentence);
  return absl::OkStatus();
}

absl::Status CandidateHandler::AddLatest(const v1::ExplainPairRequest& request, absl::Time deadline,
                                         v1::ExplainPairResponse& response) {
  const ParticipantId adept = ToParticipantId(request.adept()), mentor = ToParticipantId(request.mentor());
  BRYGGA_ASSIGN_OR_RETURN(const CohortInput now, store_.LoadInput(ToCohortKey(request.parent()), 0, deadline));
  const auto person = std::find_if(now.people.begin(), now.people.end(), [&](const Person& other) {
    return other.role == Side::kMentor && other.id == mentor;
  });
  const auto seats = now.seats.find(mentor);
  if (person != now.people.end() && seats != now.seats.end()) {
    response.set_free_seats(FreeSeats(seats->second, person->features.capacity));
  }
  if (const auto match = now.matched.find(adept); match != now.matched.end()) response.set_adept_match(match->second);
  for (const Lock& lock : now.locks) {
    if (lock.adept == adept && lock.mentor == mentor) response.set_lock(lock.name());
  }
  return absl::OkStatus();
}

}  // namespace brygga::matching
