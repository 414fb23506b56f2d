#include "services/gateway/rpc/board_handler.h"

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brygga/events/v1/event_service.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "common/status/macros.h"
#include "services/gateway/rpc/names.h"
#include "services/gateway/rpc/sections.h"

namespace brygga::gateway {
namespace {

namespace ev1 = ::brygga::events::v1;
namespace mv1 = ::brygga::matching::v1;
namespace pv1 = ::brygga::participant::v1;

constexpr int kMaxEvents = 100;
constexpr int kPage = 1000;
constexpr int kDefaultShown = 200;

// One board in the making. Three waves of calls, each at once: what is known by
// the cohort, what is known by its newest round, and the names of the people in
// both.
class Board {
 public:
  Board(const Backends& backends, const v1::GetCohortBoardRequest& request, const rpc::Call& call)
      : backends_(backends),
        call_(call),
        cohort_(request.name()),
        max_pairs_(request.max_pairs() == 0 ? kDefaultShown : request.max_pairs()),
        max_unmatched_(request.max_unmatched() == 0 ? kDefaultShown : request.max_unmatched()),
        language_(request.language_code()),
        sections_(request.allow_partial()) {}

  absl::StatusOr<v1::GetCohortBoardResponse> Make() {
    BRYGGA_RETURN_IF_ERROR(AskByCohort());
    BRYGGA_RETURN_IF_ERROR(AskByRound());
    ChoosePairs();
    BRYGGA_RETURN_IF_ERROR(AskNames());
    Render();
    sections_.NameIn(response_.mutable_unreachable());
    return std::move(response_);
  }

 private:
  // A pair in either of its forms: proposed by the round, or a match.
  struct Pair {
    const mv1::Match* match = nullptr;
    const mv1::RoundPair* proposal = nullptr;

    int32_t score() const { return match != nullptr ? match->score() : proposal->score(); }
    const std::string& mentor() const { return match != nullptr ? match->mentor() : proposal->mentor(); }
    const std::string& adept() const { return match != nullptr ? match->adept() : proposal->adept(); }
  };

  absl::Status AskByCohort() {
    const rpc::CallOptions options = WithShare(call_, 0.5);
    auto summary = AskSummary(options);
    auto programme = AskProgramme(options);
    auto rounds = AskNewestRound(options);
    auto matches = AskMatches(options, "");
    auto events = AskEvents(options);
    BRYGGA_ASSIGN_OR_RETURN(summary_, summary.get());
    BRYGGA_ASSIGN_OR_RETURN(programme_, sections_.Optional(v1::BOARD_SECTION_PROGRAMME, programme.get()));
    BRYGGA_ASSIGN_OR_RETURN(rounds_, sections_.Optional(v1::BOARD_SECTION_PAIRS, rounds.get()));
    BRYGGA_ASSIGN_OR_RETURN(matches_, sections_.Optional(v1::BOARD_SECTION_PAIRS, AllMatches(options, matches.get())));
    BRYGGA_ASSIGN_OR_RETURN(events_, sections_.Optional(v1::BOARD_SECTION_EVENTS, events.get()));
    return absl::OkStatus();
  }

  absl::Status AskByRound() {
    if (sections_.IsMissing(v1::BOARD_SECTION_PAIRS)) {  // Then nobody knows whom the round leaves out.
      matches_.Clear();
      rounds_.Clear();
      sections_.Miss(v1::BOARD_SECTION_UNMATCHED);
      return absl::OkStatus();
    }
    if (rounds_.rounds_size() == 0) return absl::OkStatus();
    const rpc::CallOptions options = WithShare(call_, 0.7);
    auto pairs = AskPairs(options);
    auto unmatched = AskUnmatched(options);
    BRYGGA_ASSIGN_OR_RETURN(pairs_, sections_.Optional(v1::BOARD_SECTION_PAIRS, pairs.get()));
    BRYGGA_ASSIGN_OR_RETURN(unmatched_, sections_.Optional(v1::BOARD_SECTION_UNMATCHED, unmatched.get()));
    if (sections_.IsMissing(v1::BOARD_SECTION_PAIRS)) matches_.Clear();
    return absl::OkStatus();
  }

  absl::Status AskNames() {
    std::set<std::string> people;
    for (const Pair& pair : shown_) people.insert({pair.mentor(), pair.adept()});
    for (const mv1::UnmatchedAdept& adept : unmatched_.unmatched()) people.insert(adept.adept());
    BRYGGA_ASSIGN_OR_RETURN(
        names_,
        sections_.Optional(v1::BOARD_SECTION_NAMES, FetchNames(*backends_.participant, WithShare(call_, 0.9), people)));
    return absl::OkStatus();
  }

  std::future<absl::StatusOr<pv1::GetCohortSummaryResponse>> AskSummary(const rpc::CallOptions& options) {
    pv1::GetCohortSummaryRequest request;
    request.set_name(cohort_);
    return backends_.participant->CallAsync<pv1::GetCohortSummaryResponse>(
        options, "brygga.participant.v1.ProgrammeService/GetCohortSummary", request);
  }

  std::future<absl::StatusOr<pv1::GetProgrammeResponse>> AskProgramme(const rpc::CallOptions& options) {
    pv1::GetProgrammeRequest request;
    request.set_name(cohort_.substr(0, cohort_.find("/cohorts/")));
    return backends_.participant->CallAsync<pv1::GetProgrammeResponse>(
        options, "brygga.participant.v1.ProgrammeService/GetProgramme", request);
  }

  std::future<absl::StatusOr<mv1::ListRoundsResponse>> AskNewestRound(const rpc::CallOptions& options) {
    mv1::ListRoundsRequest request;
    request.set_parent(cohort_);
    request.set_filter("state != QUEUED AND state != RUNNING AND state != DISCARDED AND state != FAILED");
    request.set_order_by("create_time desc");
    request.set_page_size(1);
    return backends_.matching->CallAsync<mv1::ListRoundsResponse>(
        options, "brygga.matching.v1.MatchingService/ListRounds", request);
  }

  std::future<absl::StatusOr<mv1::ListMatchesResponse>> AskMatches(const rpc::CallOptions& options,
                                                                   const std::string& page_token) {
    mv1::ListMatchesRequest request;
    request.set_parent(cohort_);
    request.set_page_size(kPage);
    request.set_page_token(page_token);
    return backends_.matching->CallAsync<mv1::ListMatchesResponse>(
        options, "brygga.matching.v1.MatchingService/ListMatches", request);
  }

  // `first` and all pages after it: the funnel counts every match.
  absl::StatusOr<mv1::ListMatchesResponse> AllMatches(const rpc::CallOptions& options,
                                                      absl::StatusOr<mv1::ListMatchesResponse> first) {
    if (!first.ok()) return first;
    mv1::ListMatchesResponse all = *std::move(first);
    while (!all.next_page_token().empty()) {
      BRYGGA_ASSIGN_OR_RETURN(const auto page, AskMatches(options, all.next_page_token()).get());
      all.mutable_matches()->MergeFrom(page.matches());
      all.set_next_page_token(page.next_page_token());
    }
    return all;
  }

  std::future<absl::StatusOr<ev1::ListEventsResponse>> AskEvents(const rpc::CallOptions& options) {
    ev1::ListEventsRequest request;
    request.set_cohort(cohort_);
    request.set_order_by("start_time");
    request.set_page_size(kMaxEvents);
    return backends_.events->CallAsync<ev1::ListEventsResponse>(options, "brygga.events.v1.EventService/ListEvents",
                                                                request);
  }

  std::future<absl::StatusOr<mv1::ListRoundPairsResponse>> AskPairs(const rpc::CallOptions& options) {
    mv1::ListRoundPairsRequest request;
    request.set_parent(rounds_.rounds(0).name());
    request.set_order_by("score desc");
    request.set_page_size(kPage);
    request.set_language_code(language_);
    return backends_.matching->CallAsync<mv1::ListRoundPairsResponse>(
        options, "brygga.matching.v1.MatchingService/ListRoundPairs", request);
  }

  std::future<absl::StatusOr<mv1::ListUnmatchedResponse>> AskUnmatched(const rpc::CallOptions& options) {
    mv1::ListUnmatchedRequest request;
    request.set_parent(rounds_.rounds(0).name());
    request.set_order_by("rounds_waited desc");
    request.set_page_size(max_unmatched_);
    request.set_language_code(language_);
    return backends_.matching->CallAsync<mv1::ListUnmatchedResponse>(
        options, "brygga.matching.v1.MatchingService/ListUnmatched", request);
  }

  static bool IsLive(mv1::MatchState state) {
    return state == mv1::MATCH_STATE_PROPOSED || state == mv1::MATCH_STATE_ACCEPTED_BY_ONE ||
           state == mv1::MATCH_STATE_ACTIVE || state == mv1::MATCH_STATE_PAUSED;
  }

  // Live matches with what the round says of them, and the round's pairs that
  // are no matches yet; the highest scores.
  void ChoosePairs() {
    std::map<std::string, const mv1::RoundPair*> by_match;
    for (const mv1::RoundPair& pair : pairs_.pairs()) {
      if (!pair.match().empty()) by_match.emplace(pair.match(), &pair);
    }
    for (const mv1::Match& match : matches_.matches()) {
      if (!IsLive(match.state())) continue;
      const auto proposal = by_match.find(match.name());
      shown_.push_back({.match = &match, .proposal = proposal == by_match.end() ? nullptr : proposal->second});
    }
    for (const mv1::RoundPair& pair : pairs_.pairs()) {
      if (pair.match().empty()) shown_.push_back({.proposal = &pair});
    }
    std::stable_sort(shown_.begin(), shown_.end(), [](const Pair& a, const Pair& b) { return a.score() > b.score(); });
    const size_t all = shown_.size();
    shown_.resize(std::min(all, static_cast<size_t>(max_pairs_)));
    more_pairs_ = all > shown_.size() || !pairs_.next_page_token().empty();
  }

  void Render() {
    v1::CohortBoard& board = *response_.mutable_board();
    *board.mutable_cohort() = summary_.cohort();
    if (programme_.has_programme()) *board.mutable_programme() = programme_.programme();
    *board.mutable_funnel()->mutable_enrolments() = summary_.enrolments();
    *board.mutable_funnel()->mutable_criteria() = summary_.criteria();
    if (rounds_.rounds_size() > 0) *board.mutable_round() = rounds_.rounds(0);
    RenderMatchCounts(*board.mutable_funnel());
    for (const Pair& pair : shown_) RenderPair(pair, *board.add_pairs());
    for (const mv1::UnmatchedAdept& adept : unmatched_.unmatched()) {
      v1::BoardUnmatched& shown = *board.add_unmatched();
      *shown.mutable_adept() = PersonOf(adept.adept(), names_);
      *shown.mutable_result() = adept;
    }
    for (const ev1::Event& event : events_.events()) RenderEvent(event, *board.add_events());
    board.set_more_pairs(more_pairs_);
    board.set_more_unmatched(!unmatched_.next_page_token().empty());
    board.set_more_events(!events_.next_page_token().empty());
  }

  void RenderMatchCounts(v1::Funnel& funnel) const {
    std::map<mv1::MatchState, int> counts;
    for (const mv1::Match& match : matches_.matches()) ++counts[match.state()];
    for (const auto& [state, count] : counts) {
      v1::MatchCount& shown = *funnel.add_matches();
      shown.set_state(state);
      shown.set_count(count);
    }
  }

  void RenderPair(const Pair& pair, v1::BoardPair& shown) const {
    *shown.mutable_mentor() = PersonOf(pair.mentor(), names_);
    *shown.mutable_adept() = PersonOf(pair.adept(), names_);
    shown.set_score(pair.score());
    if (pair.proposal != nullptr) {
      *shown.mutable_contributions() = pair.proposal->contributions();
      std::stable_sort(shown.mutable_contributions()->begin(), shown.mutable_contributions()->end(),
                       [](const auto& a, const auto& b) { return a.micro() > b.micro(); });
    }
    if (pair.match == nullptr) return;
    shown.set_match(pair.match->name());
    shown.set_state(pair.match->state());
    *shown.mutable_expire_time() = pair.match->expire_time();
  }

  static void RenderEvent(const ev1::Event& event, v1::BoardEvent& shown) {
    shown.set_event(event.name());
    shown.set_title(event.title_sv());
    if (event.sessions_size() > 0) *shown.mutable_start_time() = event.sessions(0).start_time();
    shown.set_capacity(event.capacity());
    shown.set_registered_count(event.taken());
    shown.set_waitlisted_count(event.waiting());
  }

  const Backends& backends_;
  const rpc::Call& call_;
  const std::string cohort_;
  const int max_pairs_;
  const int max_unmatched_;
  const std::string language_;
  Sections<v1::BoardSection> sections_;

  pv1::GetCohortSummaryResponse summary_;
  pv1::GetProgrammeResponse programme_;
  mv1::ListRoundsResponse rounds_;
  mv1::ListMatchesResponse matches_;
  ev1::ListEventsResponse events_;
  mv1::ListRoundPairsResponse pairs_;
  mv1::ListUnmatchedResponse unmatched_;
  Names names_;
  std::vector<Pair> shown_;  // Points into matches_ and pairs_.
  bool more_pairs_ = false;
  v1::GetCohortBoardResponse response_;
};

}  // namespace

absl::StatusOr<v1::GetCohortBoardResponse> BoardHandler::GetCohortBoard(const v1::GetCohortBoardRequest& request,
                                                                        const rpc::Call& call) const {
  return Board(backends_, request, call).Make();
}

}  // namespace brygga::gateway
