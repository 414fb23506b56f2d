#include "services/matching/rpc/candidate_handler.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/list.h"
#include "common/status/check.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/rpc/convert.h"
#include "services/matching/rpc/explain_convert.h"

namespace brygga::matching {
namespace {

// A counterpart in its place.
struct Ranked {
  ParticipantId participant;
  int rank = 0;
  int32_t adept = 0;
  int32_t mentor = 0;
};

const list::Schema& RankedSchema() {
  static const auto& schema =
      *new list::Schema{{.name = "rank", .kind = list::FieldKind::kInteger, .sortable = list::Sortable::kYes}};
  return schema;
}

list::Value ValueOf(const Ranked& ranked, std::string_view field) {
  if (field == "rank") return int64_t{ranked.rank};
  BRYGGA_CHECK(field == "id");
  return ranked.participant.value();
}

bool IsVetoed(const CohortView& view, int32_t adept, int32_t mentor) {
  const engine::Pairs& vetoes = view.vetoes();
  return std::find(vetoes.begin(), vetoes.end(), std::pair(adept, mentor)) != vetoes.end();
}

std::vector<Ranked> RankMentors(const CohortView& view, int32_t adept) {
  std::vector<Ranked> ranked;
  for (const engine::Candidate& candidate :
       view.scorer().BestMentors(view.adepts(), adept, view.mentors(), view.mentors().count)) {
    if (IsVetoed(view, adept, candidate.row)) continue;
    ranked.push_back({view.MentorAt(candidate.row), static_cast<int>(ranked.size()) + 1, adept, candidate.row});
  }
  return ranked;
}

std::vector<Ranked> RankAdepts(const CohortView& view, int32_t mentor) {
  std::vector<Ranked> ranked;
  for (const engine::Candidate& candidate :
       view.scorer().BestAdepts(view.adepts(), view.mentors(), mentor, view.adepts().count)) {
    if (IsVetoed(view, candidate.row, mentor)) continue;
    ranked.push_back({view.AdeptAt(candidate.row), static_cast<int>(ranked.size()) + 1, candidate.row, mentor});
  }
  return ranked;
}

// For an adept mentors, for a mentor adepts.
//
// kNotFound: neither.
absl::StatusOr<std::vector<Ranked>> Rank(const CohortView& view, const ParticipantId& person) {
  if (const auto adept = view.AdeptRow(person)) return RankMentors(view, *adept);
  if (const auto mentor = view.MentorRow(person)) return RankAdepts(view, *mentor);
  return NotFound(NameOf(person));
}

v1::Candidate ToProto(const CohortView& view, const Ranked& ranked, const Catalogue& words) {
  const engine::PairScore score = view.ScorePair(ranked.adept, ranked.mentor);
  v1::Candidate candidate;
  candidate.set_participant(NameOf(ranked.participant));
  candidate.set_score(score.score);
  for (const engine::Contribution& part : score.contributions) {
    *candidate.add_contributions() = matching::ToProto(part, words);
  }
  candidate.set_rank(ranked.rank);
  return candidate;
}

}  // namespace

absl::StatusOr<v1::ListCandidatesResponse> CandidateHandler::List(const v1::ListCandidatesRequest& request,
                                                                  const rpc::Call& call) {
  const std::string scope = absl::StrCat(request.parent(), " ", request.participant());
  const rpc::ListArguments arguments{
      .page_size = request.page_size(), .page_token = request.page_token(), .order_by = "rank", .scope = scope};
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, RankedSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const Catalogue* words, texts_.In(request.language_code()));
  BRYGGA_ASSIGN_OR_RETURN(const auto view, views_.Get(ToCohortKey(request.parent()), call.deadline()));
  BRYGGA_ASSIGN_OR_RETURN(std::vector<Ranked> ranked, Rank(*view, ToParticipantId(request.participant())));
  v1::ListCandidatesResponse response;
  response.set_total_size(static_cast<int32_t>(ranked.size()));
  const list::Page<Ranked> page = list::Apply(
      std::move(ranked), query, [](const Ranked& item, std::string_view field) { return ValueOf(item, field); });
  for (const Ranked& item : page.items) *response.add_candidates() = ToProto(*view, item, *words);
  response.set_next_page_token(rpc::PageToken(arguments, page.next));
  *response.mutable_as_of() = matching::ToProto(view->input().cohort.as_of);
  response.set_policy(view->input().policy.name());
  return response;
}

absl::StatusOr<v1::ExplainPairResponse> CandidateHandler::Explain(const v1::ExplainPairRequest& request,
                                                                  const rpc::Call& call) {
  const CohortKey key = ToCohortKey(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const Catalogue* words, texts_.In(request.language_code()));
  v1::ExplainPairResponse response;
  if (request.round().empty()) {
    BRYGGA_ASSIGN_OR_RETURN(const auto view, views_.Get(key, call.deadline()));
    BRYGGA_RETURN_IF_ERROR(ExplainNow(request, *view, *words, response));
  } else {
    const Named<RoundId> name = ToRoundName(request.round());
    if (name.key != key) return NotFound(request.round());
    BRYGGA_ASSIGN_OR_RETURN(const RoundViews::Opened opened, rounds_.Get(key, name.id, call.deadline()));
    BRYGGA_RETURN_IF_ERROR(ExplainInRound(request, *opened.view, *words, response));
  }
  BRYGGA_RETURN_IF_ERROR(AddLatest(request, call.deadline(), response));
  return response;
}

absl::Status CandidateHandler::ExplainNow(const v1::ExplainPairRequest& request, const CohortView& view,
                                          const Catalogue& words, v1::ExplainPairResponse& response) {
  const auto adept = view.AdeptRow(ToParticipantId(request.adept()));
  if (!adept) return NotFound(request.adept());
  const auto mentor = view.MentorRow(ToParticipantId(request.mentor()));
  if (!mentor) return NotFound(request.mentor());
  const engine::PairScore score = view.ScorePair(*adept, *mentor);
  response.set_feasible(score.allowed());
  for (const engine::BrokenRule& rule : score.broken) *response.add_broken_rules() = matching::ToProto(rule, words);
  response.set_score(score.score);
  for (const engine::Contribution& part : score.contributions) {
    *response.add_contributions() = matching::ToProto(part, words);
  }
  *response.mutable_as_of() = matching::ToProto(view.input().cohort.as_of);
  response.set_policy(view.input().policy.name());
  *response.add_sentences() =
      matching::ToProto(score.allowed() ? Say("pair.ALLOWED", {{"score", absl::StrCat(score.score)}})
                                        : Say("pair.FORBIDDEN", {{"rules", absl::StrCat(score.broken.size())}}),
                        words);
  return absl::OkStatus();
}

absl::Status CandidateHandler::ExplainInRound(const v1::ExplainPairRequest& request, const RoundView& round,
                                              const Catalogue& words, v1::ExplainPairResponse& response) {
  const CohortView& view = round.view();
  BRYGGA_RETURN_IF_ERROR(ExplainNow(request, view, words, response));
  const int32_t adept = view.AdeptRow(ToParticipantId(request.adept())).value();
  const int32_t mentor = view.MentorRow(ToParticipantId(request.mentor())).value();
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
  const std::optional<RoundView::ForcedAnswer> answer = round.Force(adept, mentor);
  if (!answer) {
    say(Say("pair.NOT_COMPUTED"));
    return absl::OkStatus();
  }
  *response.mutable_forced() =
      matching::ToProto(answer->forced, answer->counts_pairs, view, round.solved.problem, words);
  say(SentenceOf(answer->forced.change, answer->counts_pairs));
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
