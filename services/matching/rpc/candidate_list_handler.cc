#include "services/matching/rpc/candidate_list_handler.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/page_token.h"
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

// Of pages: the cache's thread has others to serve.
constexpr int kLongestOnCacheThread = 100;

// A token is the place of the last one. The rank comes along and decides nothing.
constexpr char kOrder[] = "score desc, id, rank";
const list::Schema& PlaceSchema() {
  static const auto& schema =
      *new list::Schema{{.name = "score", .kind = list::FieldKind::kInteger, .sortable = list::Sortable::kYes},
                        {.name = "rank", .kind = list::FieldKind::kInteger, .sortable = list::Sortable::kYes}};
  return schema;
}

const std::vector<list::Order>& PlaceOrder() {
  static const auto& order = *new std::vector<list::Order>(list::ParseOrder(kOrder, PlaceSchema()).value());
  return order;
}

RankingKey KeyOf(const Standing& standing, const ParticipantId& subject) {
  return {.cohort = standing.cohort.key.cohort,
          .epoch = standing.cohort.epoch,
          .subject = subject,
          .policy_hash = standing.policy_hash};
}

// What a first page is a function of besides the state of the database, as text; no
// part but the last has a space. Empty: a page that is not kept.
std::string PageKeyOf(const v1::ListCandidatesRequest& request) {
  if (!request.filter().empty() || !request.page_token().empty() || request.show_unavailable()) return "";
  return absl::StrCat(request.page_size(), " ", request.view() == v1::CANDIDATE_VIEW_BASIC ? "basic" : "full", " ",
                      request.language_code(), " ", request.parent(), " ", request.participant());
}

// Nothing where no page of ours ends so: a token is no secret, and anybody may write one.
std::optional<LastListed> LastListedIn(const list::Key& place) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  const int64_t score = std::get<int64_t>(place[0]), rank = std::get<int64_t>(place[2]);
  if (score < -kMost || score > kMost || rank < 0 || rank > kMost / 2) return std::nullopt;
  return LastListed{
      .score = static_cast<int32_t>(score), .id = ParticipantId(std::get<std::string>(place[1])), .rank = rank};
}

bool IsReady(const Standing& standing) { return IsMatchable(standing.cohort.state) && !standing.policy_hash.empty(); }

}  // namespace

absl::StatusOr<std::shared_ptr<const CandidateListHandler::Asked>> CandidateListHandler::Parse(
    const v1::ListCandidatesRequest& request, CohortKey key, std::string page_key) {
  auto filter = list::ParseFilter(request.filter(), CandidateSchema());
  if (!filter.ok()) return InvalidFields({{"filter", std::string(filter.status().message())}});
  BRYGGA_ASSIGN_OR_RETURN(CandidateFilter ready, CandidateFilter::Create(*std::move(filter)));
  // Shared with whoever answers.
  const auto asked = std::make_shared<Asked>(Asked{
      .key = std::move(key),
      .participant = ToParticipantId(request.participant()),
      .query = {.filter = std::move(ready), .show_unavailable = request.show_unavailable(), .after = std::nullopt},
      .is_full = request.view() != v1::CANDIDATE_VIEW_BASIC,
      .page_key = std::move(page_key)});
  asked->scope = absl::StrCat(request.parent(), " ", request.participant(), " ",
                              request.show_unavailable() ? "all" : "", " ", request.filter());
  asked->arguments = {
      .page_size = request.page_size(), .page_token = request.page_token(), .order_by = kOrder, .scope = asked->scope};
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery place, rpc::ParseList(asked->arguments, PlaceSchema(), PlaceOrder()));
  asked->query.limit = place.limit;
  if (place.after) {
    asked->query.after = LastListedIn(*place.after);
    if (!asked->query.after) return rpc::PageTokenMismatch();
  }
  BRYGGA_ASSIGN_OR_RETURN(asked->words, parts_.texts.In(request.language_code()));
  return asked;
}

CandidateListHandler::Later CandidateListHandler::List(const v1::ListCandidatesRequest& request,
                                                       const rpc::Call& call) {
  CohortKey key = ToCohortKey(request.parent());
  const auto standing = parts_.store.GetStanding(key, call.deadline());
  if (NoWait::HasRefused()) return NoWait::Refusal();
  const bool is_ready = standing.ok() && IsReady(*standing);
  std::string page_key = PageKeyOf(request);
  if (is_ready && !page_key.empty()) {
    const auto page = parts_.cache.Page(page_key, *standing);
    if (page != nullptr) return Finish(*page, standing->cohort, standing->cohort.policy_version);
  }

  BRYGGA_ASSIGN_OR_RETURN(const auto asked, Parse(request, std::move(key), std::move(page_key)));
  const auto from_the_start = [this, asked, &call](Reply reply) {
    MakeOnThread(std::move(reply), asked, call, std::nullopt, nullptr);
  };
  if (!is_ready || !asked->IsFirstPage() || !parts_.cache.on()) return Later(from_the_start);
  auto taken = parts_.availability.Get(*standing, call.deadline());
  if (NoWait::HasRefused()) return NoWait::Refusal();
  if (!taken.ok() || !(*taken)->Holds(*standing)) return Later(from_the_start);
  return FromRanking(asked, call, {.standing = *standing, .taken = *std::move(taken)});
}

CandidateListHandler::Later CandidateListHandler::FromRanking(const std::shared_ptr<const Asked>& asked,
                                                              const rpc::Call& call, Basis basis) {
  RankingKey key = KeyOf(basis.standing, asked->participant);
  CohortSnapshots::Snapshot snapshot;
  if (asked->is_full) snapshot = parts_.snapshots.InMemory(asked->key, basis.standing.cohort.epoch);
  std::optional<Answer> answer;
  auto known = parts_.cache.InMemory(key, [&](const Ranking& ranking) {
    answer = MakeFrom(*asked, basis, ranking, snapshot);
    return answer.has_value() || IsEnough(ranking, FirstPage(ranking, *basis.taken, asked->query.limit));
  });
  if (answer) return *std::move(answer);
  if (known != nullptr) {
    return Later([this, asked, &call, basis = std::move(basis), known = std::move(known)](Reply reply) {
      MakeOnThread(std::move(reply), asked, call, basis, known);
    });
  }
  return Later([this, asked, &call, key = std::move(key), basis = std::move(basis)](Reply reply) mutable {
    parts_.cache.Find(key, [this, asked, &call, basis = std::move(basis),
                            reply = std::move(reply)](const CandidateCache::Found& found) mutable {
      // More than the ranking has to say takes longer than the cache's thread should, and
      // so does a long page.
      if (found != nullptr && !asked->is_full && asked->query.limit <= kLongestOnCacheThread) {
        // Of those who asked together the first has made it.
        const Standing& standing = basis.standing;
        const auto page = asked->page_key.empty() ? nullptr : parts_.cache.Page(asked->page_key, standing);
        if (page != nullptr) {
          return std::move(reply).Answer(Finish(*page, standing.cohort, standing.cohort.policy_version));
        }
        if (const auto made = MakeFrom(*asked, basis, found->ranking, nullptr)) return std::move(reply).Answer(*made);
      }
      MakeOnThread(std::move(reply), asked, call, std::move(basis), found);
    });
  });
}

void CandidateListHandler::MakeOnThread(Reply reply, std::shared_ptr<const Asked> asked, const rpc::Call& call,
                                        std::optional<Basis> basis, CandidateCache::Found known) {
  std::move(reply).AnswerOnThread([this, asked = std::move(asked), &call, basis = std::move(basis),
                                   known = std::move(known)] { return Make(*asked, call, basis, known); });
}

absl::StatusOr<CandidateListHandler::Basis> CandidateListHandler::ReadBasis(const CohortKey& key, absl::Time deadline) {
  auto standing = parts_.store.GetStanding(key, deadline);
  if (!standing.ok() || !IsMatchable(standing->cohort.state)) {
    BRYGGA_RETURN_IF_ERROR(parts_.projection.Ensure(key, deadline));
    standing = parts_.store.GetStanding(key, deadline);
  }
  BRYGGA_RETURN_IF_ERROR(standing.status());
  if (standing->policy_hash.empty()) return NoPolicy(standing->cohort);
  BRYGGA_ASSIGN_OR_RETURN(auto taken, parts_.availability.Get(*standing, deadline));
  return Basis{.standing = *std::move(standing), .taken = std::move(taken)};
}

absl::StatusOr<CandidateCache::Found> CandidateListHandler::Rank(const Asked& asked, const Basis& basis,
                                                                 absl::Time deadline) {
  const RankingKey key = KeyOf(basis.standing, asked.participant);
  const int limit = asked.query.limit;
  const auto is_enough = [&](const Ranking& ranking) {
    return IsEnough(ranking, FirstPage(ranking, *basis.taken, limit));
  };
  const auto compute = [&]() -> absl::StatusOr<CandidateCache::Known> {
    BRYGGA_ASSIGN_OR_RETURN(const auto snapshot, parts_.snapshots.Get(asked.key, key.epoch, deadline));
    const auto subject = snapshot->Find(asked.participant);
    if (!subject) return NotFound(NameOf(asked.participant));
    CandidateCache::Known known{.key = key, .ranking = RankAll(*snapshot, *basis.taken, *subject, limit)};
    known.key.epoch = snapshot->cohort().epoch;
    known.key.policy_hash = snapshot->policy().hash;
    return known;
  };
  if (auto known = parts_.cache.InMemory(key, is_enough)) return known;
  return parts_.cache.Rank(key, deadline, is_enough, compute);
}

absl::StatusOr<CandidateListHandler::Answer> CandidateListHandler::Make(const Asked& asked, const rpc::Call& call,
                                                                        std::optional<Basis> basis,
                                                                        CandidateCache::Found known) {
  const absl::Time deadline = call.deadline();
  const bool may_be_kept = asked.IsFirstPage() && parts_.cache.on();
  if (!may_be_kept) parts_.cache.Bypassed();
  for (int attempt = 0; may_be_kept && attempt < kTries; ++attempt, basis.reset(), known = nullptr) {
    if (!basis) {
      BRYGGA_ASSIGN_OR_RETURN(basis, ReadBasis(asked.key, deadline));
    }
    const Standing& standing = basis->standing;
    if (!basis->taken->Holds(standing)) continue;
    if (known == nullptr || !IsEnough(known->ranking, FirstPage(known->ranking, *basis->taken, asked.query.limit))) {
      BRYGGA_ASSIGN_OR_RETURN(known, Rank(asked, *basis, deadline));
    }
    if (known->key != KeyOf(standing, asked.participant)) continue;
    CohortSnapshots::Snapshot snapshot;
    if (asked.is_full) {
      BRYGGA_ASSIGN_OR_RETURN(snapshot, parts_.snapshots.Get(asked.key, standing.cohort.epoch, deadline));
      if (snapshot->cohort().epoch != standing.cohort.epoch) continue;
    }
    if (auto answer = MakeFrom(asked, *basis, known->ranking, snapshot)) return *std::move(answer);
    break;  // More are taken than a ranking lists.
  }
  BRYGGA_ASSIGN_OR_RETURN(const Basis now, ReadBasis(asked.key, deadline));
  BRYGGA_ASSIGN_OR_RETURN(const auto snapshot, parts_.snapshots.Get(asked.key, now.standing.cohort.epoch, deadline));
  const auto subject = snapshot->Find(asked.participant);
  if (!subject) return NotFound(NameOf(asked.participant));
  v1::ListCandidatesResponse response = Render(asked, ListCandidates(*snapshot, *now.taken, *subject, asked.query));
  if (asked.is_full) AddFull(asked, *snapshot, *now.taken, response);
  return Finish(response.SerializeAsString(), now.standing.cohort, snapshot->policy().version);
}

std::optional<CandidateListHandler::Answer> CandidateListHandler::MakeFrom(const Asked& asked, const Basis& basis,
                                                                           const Ranking& ranking,
                                                                           const CohortSnapshots::Snapshot& snapshot) {
  const Cohort& cohort = basis.standing.cohort;
  if (asked.is_full && (snapshot == nullptr || snapshot->cohort().epoch != cohort.epoch)) return std::nullopt;
  const CandidatePage page = FirstPage(ranking, *basis.taken, asked.query.limit);
  if (!IsEnough(ranking, page)) return std::nullopt;
  v1::ListCandidatesResponse response = Render(asked, page);
  if (asked.is_full && !AddFull(asked, *snapshot, *basis.taken, response)) return std::nullopt;
  const auto bytes = std::make_shared<const std::string>(response.SerializeAsString());
  if (!asked.page_key.empty()) parts_.cache.KeepPage(asked.page_key, basis.standing, bytes);
  return Finish(*bytes, cohort, cohort.policy_version);
}

v1::ListCandidatesResponse CandidateListHandler::Render(const Asked& asked, const CandidatePage& page) const {
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
  return response;
}

// Bytes of two messages, one after the other, are those of both in one.
CandidateListHandler::Answer CandidateListHandler::Finish(const std::string& page, const Cohort& cohort,
                                                          int policy_version) {
  v1::ListCandidatesResponse rest;
  *rest.mutable_as_of() = matching::ToProto(cohort.as_of);
  rest.set_policy(NameOf(cohort.key, "policies", absl::StrCat(policy_version)));
  Answer answer;
  answer.bytes.reserve(page.size() + rest.ByteSizeLong());
  answer.bytes = page;
  rest.AppendToString(&answer.bytes);
  return answer;
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
