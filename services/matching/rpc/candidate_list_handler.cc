#include "services/matching/rpc/candidate_list_handler.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/wait/no_wait.h"
#include "services/matching/domain/errors.h"
#include "services/matching/rpc/convert.h"
#include "services/matching/rpc/explain_convert.h"

namespace brygga::matching {
namespace {

// How often an answer is begun again because the cohort has moved on meanwhile,
// before it is made of one snapshot and no kept ranking.
constexpr int kTries = 4;

// A token is the place of the last one. The rank comes along and decides nothing.
constexpr char kOrder[] = "score desc, id, rank";
const list::Schema& PlaceSchema() {
  static const auto& schema =
      *new list::Schema{{.name = "score", .kind = list::FieldKind::kInteger, .sortable = list::Sortable::kYes},
                        {.name = "rank", .kind = list::FieldKind::kInteger, .sortable = list::Sortable::kYes}};
  return schema;
}

RankingKey KeyOf(const Standing& standing, const ParticipantId& subject) {
  return {.cohort = standing.cohort.key.cohort,
          .epoch = standing.cohort.epoch,
          .subject = subject,
          .policy_hash = standing.policy_hash};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const CandidateListHandler::Asked>> CandidateListHandler::Parse(
    const v1::ListCandidatesRequest& request) {
  auto filter = list::ParseFilter(request.filter(), CandidateSchema());
  if (!filter.ok()) return InvalidFields({{"filter", std::string(filter.status().message())}});
  BRYGGA_ASSIGN_OR_RETURN(CandidateFilter ready, CandidateFilter::Create(*std::move(filter)));
  // Shared with whoever answers.
  const auto asked = std::make_shared<Asked>(Asked{
      .key = ToCohortKey(request.parent()),
      .participant = ToParticipantId(request.participant()),
      .query = {.filter = std::move(ready), .show_unavailable = request.show_unavailable(), .after = std::nullopt},
      .is_full = request.view() != v1::CANDIDATE_VIEW_BASIC});
  asked->scope = absl::StrCat(request.parent(), " ", request.participant(), " ",
                              request.show_unavailable() ? "all" : "", " ", request.filter());
  asked->arguments = {
      .page_size = request.page_size(), .page_token = request.page_token(), .order_by = kOrder, .scope = asked->scope};
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery place, rpc::ParseList(asked->arguments, PlaceSchema()));
  asked->query.limit = place.limit;
  if (place.after) {
    asked->query.after = LastListed{.score = static_cast<int32_t>(std::get<int64_t>((*place.after)[0])),
                                    .id = ParticipantId(std::get<std::string>((*place.after)[1])),
                                    .rank = std::get<int64_t>((*place.after)[2])};
  }
  BRYGGA_ASSIGN_OR_RETURN(asked->words, parts_.texts.In(request.language_code()));
  return asked;
}

rpc::Later<v1::ListCandidatesResponse> CandidateListHandler::List(const v1::ListCandidatesRequest& request,
                                                                  const rpc::Call& call) {
  BRYGGA_ASSIGN_OR_RETURN(const auto asked, Parse(request));
  const auto on_thread = [this, asked, &call](rpc::Reply<v1::ListCandidatesResponse> reply) {
    std::move(reply).AnswerOnThread([this, asked, &call] { return Answer(*asked, call); });
  };
  const auto standing = parts_.store.GetStanding(asked->key, call.deadline());
  if (NoWait::HasRefused()) return NoWait::Refusal();
  const bool is_ready = standing.ok() && IsMatchable(standing->cohort.state) && !standing->policy_hash.empty();
  if (!is_ready || asked->is_full || !asked->IsFirstPage() || !parts_.cache.on()) {
    return rpc::Later<v1::ListCandidatesResponse>(on_thread);
  }
  const auto taken = parts_.availability.Get(*standing, call.deadline());
  if (NoWait::HasRefused()) return NoWait::Refusal();
  if (!taken.ok() || !(*taken)->Holds(*standing)) return rpc::Later<v1::ListCandidatesResponse>(on_thread);

  const RankingKey key = KeyOf(*standing, asked->participant);
  const auto is_enough = [taken = *taken, limit = asked->query.limit](const Ranking& ranking) {
    return IsEnough(ranking, *taken, limit);
  };
  const auto render = [this, asked, taken = *taken, standing = *standing](const Ranking& ranking) {
    return Render(*asked, FirstPage(ranking, *taken, asked->query.limit), standing.cohort,
                  standing.cohort.policy_version);
  };
  if (const auto known = parts_.cache.InMemory(key, is_enough)) return render(known->ranking);
  return rpc::Later<v1::ListCandidatesResponse>(
      [this, key, is_enough, render, on_thread](rpc::Reply<v1::ListCandidatesResponse> reply) {
        parts_.cache.Find(
            key, [is_enough, render, on_thread, reply = std::move(reply)](const CandidateCache::Found& found) mutable {
              if (found != nullptr && is_enough(found->ranking)) {
                std::move(reply).Answer(render(found->ranking));
              } else {
                on_thread(std::move(reply));
              }
            });
      });
}

absl::StatusOr<Standing> CandidateListHandler::StandingOf(const CohortKey& key, absl::Time deadline) {
  auto standing = parts_.store.GetStanding(key, deadline);
  if (!standing.ok() || !IsMatchable(standing->cohort.state)) {
    BRYGGA_RETURN_IF_ERROR(parts_.projection.Ensure(key, deadline));
    standing = parts_.store.GetStanding(key, deadline);
  }
  if (standing.ok() && standing->policy_hash.empty()) return NoPolicy(standing->cohort);
  return standing;
}

absl::StatusOr<CandidateCache::Found> CandidateListHandler::Rank(const Asked& asked, const Standing& standing,
                                                                 const Taken& taken, absl::Time deadline) {
  const RankingKey key = KeyOf(standing, asked.participant);
  const auto is_enough = [&](const Ranking& ranking) { return IsEnough(ranking, taken, asked.query.limit); };
  const auto compute = [&]() -> absl::StatusOr<CandidateCache::Known> {
    BRYGGA_ASSIGN_OR_RETURN(const auto snapshot, parts_.snapshots.Get(asked.key, standing.cohort.epoch, deadline));
    const auto subject = snapshot->Find(asked.participant);
    if (!subject) return NotFound(NameOf(asked.participant));
    CandidateCache::Known known{.key = key, .ranking = RankAll(*snapshot, taken, *subject, asked.query.limit)};
    known.key.epoch = snapshot->cohort().epoch;
    known.key.policy_hash = snapshot->policy().hash;
    return known;
  };
  if (auto known = parts_.cache.InMemory(key, is_enough)) return known;
  return parts_.cache.Rank(key, deadline, is_enough, compute);
}

absl::StatusOr<v1::ListCandidatesResponse> CandidateListHandler::Answer(const Asked& asked, const rpc::Call& call) {
  const absl::Time deadline = call.deadline();
  const bool may_be_kept = asked.IsFirstPage() && parts_.cache.on();
  if (!may_be_kept) parts_.cache.Bypassed();
  for (int attempt = 0; may_be_kept && attempt < kTries; ++attempt) {
    BRYGGA_ASSIGN_OR_RETURN(const Standing standing, StandingOf(asked.key, deadline));
    BRYGGA_ASSIGN_OR_RETURN(const auto taken, parts_.availability.Get(standing, deadline));
    if (!taken->Holds(standing)) continue;
    BRYGGA_ASSIGN_OR_RETURN(const auto known, Rank(asked, standing, *taken, deadline));
    if (known->key != KeyOf(standing, asked.participant)) continue;
    if (!IsEnough(known->ranking, *taken, asked.query.limit)) break;  // More are taken than a ranking lists.
    v1::ListCandidatesResponse response = Render(asked, FirstPage(known->ranking, *taken, asked.query.limit),
                                                 standing.cohort, standing.cohort.policy_version);
    if (!asked.is_full) return response;
    BRYGGA_ASSIGN_OR_RETURN(const auto snapshot, parts_.snapshots.Get(asked.key, standing.cohort.epoch, deadline));
    if (snapshot->cohort().epoch != standing.cohort.epoch) continue;
    if (AddFull(asked, *snapshot, *taken, response)) return response;
  }
  BRYGGA_ASSIGN_OR_RETURN(const Standing standing, StandingOf(asked.key, deadline));
  BRYGGA_ASSIGN_OR_RETURN(const auto taken, parts_.availability.Get(standing, deadline));
  BRYGGA_ASSIGN_OR_RETURN(const auto snapshot, parts_.snapshots.Get(asked.key, standing.cohort.epoch, deadline));
  const auto subject = snapshot->Find(asked.participant);
  if (!subject) return NotFound(NameOf(asked.participant));
  v1::ListCandidatesResponse response = Render(asked, ListCandidates(*snapshot, *taken, *subject, asked.query),
                                               standing.cohort, snapshot->policy().version);
  if (asked.is_full) AddFull(asked, *snapshot, *taken, response);
  return response;
}

v1::ListCandidatesResponse CandidateListHandler::Render(const Asked& asked, const CandidatePage& page,
                                                        const Cohort& cohort, int policy_version) const {
  v1::ListCandidatesResponse response;
  int64_t rank = asked.query.after ? asked.query.after->rank : 0;
  for (const Ranked& item : page.items) {
    v1::Candidate& candidate = *response.add_candidates();
    candidate.set_participant(NameOf(item.id));
    candidate.set_score(item.score);
    candidate.set_rank(static_cast<int32_t>(++rank));
  }
  response.set_total_size(static_cast<int32_t>(page.total));
  if (page.has_more) {
    const Ranked& last = page.items.back();
    response.set_next_page_token(
        rpc::PageToken(asked.arguments, list::Key{int64_t{last.score}, last.id.value(), rank}));
  }
  *response.mutable_as_of() = matching::ToProto(cohort.as_of);
  response.set_policy(NameOf(cohort.key, "policies", absl::StrCat(policy_version)));
  return response;
}

bool CandidateListHandler::AddFull(const Asked& asked, const CohortSnapshot& snapshot, const Taken& taken,
                                   v1::ListCandidatesResponse& response) const {
  const auto subject = snapshot.Find(asked.participant);
  if (!subject) return false;
  const bool is_adept = subject->side == Side::kAdept;
  const Side side = is_adept ? Side::kMentor : Side::kAdept;
  for (v1::Candidate& candidate : *response.mutable_candidates()) {
    const auto row = snapshot.Find(side, ToParticipantId(candidate.participant()));
    if (!row) return false;
    const engine::PairScore score =
        is_adept ? snapshot.ScorePair(subject->row, *row) : snapshot.ScorePair(*row, subject->row);
    for (const engine::Contribution& part : score.contributions) {
      *candidate.add_contributions() = matching::ToProto(part, *asked.words);
    }
    candidate.set_free_seats(FreeSeatsOf(snapshot, taken, side, *row));
  }
  return true;
}

}  // namespace brygga::matching
