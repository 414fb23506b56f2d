#include "services/events/work/matching_client.h"

#include <map>

#include "absl/time/clock.h"
#include "brygga/matching/v1/match.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "common/status/macros.h"

namespace brygga::events {
namespace {

namespace matching = ::brygga::matching::v1;
namespace participant = ::brygga::participant::v1;

constexpr char kListCohorts[] = "brygga.participant.v1.ProgrammeService/ListCohorts";
constexpr char kListMatches[] = "brygga.matching.v1.MatchingService/ListMatches";
constexpr char kGetMatches[] = "brygga.matching.v1.MatchingService/BatchGetMatches";
constexpr int kPageSize = 1000;
constexpr int kMostAtOnce = 500;
constexpr absl::Duration kLongestCall = absl::Seconds(10);

bool Stands(const matching::Match& match) {
  switch (match.state()) {
    case matching::MATCH_STATE_PROPOSED:
    case matching::MATCH_STATE_ACCEPTED_BY_ONE:
    case matching::MATCH_STATE_ACTIVE:
    case matching::MATCH_STATE_PAUSED:
      return !match.mentor().empty();  // A placement has none.
    default:
      return false;
  }
}

PairKind KindOf(const matching::Match& match) {
  switch (match.kind()) {
    case matching::MATCH_KIND_REVERSE:
      return PairKind::kReverse;
    case matching::MATCH_KIND_MUTUAL:
      return PairKind::kMutual;
    default:
      return PairKind::kMentoring;
  }
}

template <typename Response>
void AddStanding(const Response& response, std::vector<Pair>& pairs) {
  for (const matching::Match& match : response.matches()) {
    if (!Stands(match)) continue;
    pairs.push_back({.match = match.name(),
                     .round = match.round(),
                     .kind = KindOf(match),
                     .mentor = match.mentor(),
                     .adept = match.adept()});
  }
}

}  // namespace

rpc::CallOptions MatchingClient::Until(absl::Time deadline) const {
  return rpc::CallOptions::Within(kLongestCall, tokens_.Token()).Until(deadline);
}

absl::StatusOr<std::vector<std::string>> MatchingClient::ListCohorts(absl::Time deadline) {
  std::vector<std::string> cohorts;
  participant::ListCohortsRequest request;
  request.set_parent("programmes/-");
  request.set_page_size(kPageSize);
  do {
    BRYGGA_ASSIGN_OR_RETURN(
        const auto page, participants_->Call<participant::ListCohortsResponse>(Until(deadline), kListCohorts, request));
    for (const auto& cohort : page.cohorts()) cohorts.push_back(cohort.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return cohorts;
}

absl::Status MatchingClient::ReadCohort(const std::string& cohort, absl::Time deadline, std::vector<Pair>& pairs) {
  matching::ListMatchesRequest request;
  request.set_parent(cohort);
  request.set_page_size(kPageSize);
  do {
    BRYGGA_ASSIGN_OR_RETURN(const auto page,
                            matching_->Call<matching::ListMatchesResponse>(Until(deadline), kListMatches, request));
    AddStanding(page, pairs);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Pair>> MatchingClient::ReadAll(absl::Time deadline) {
  std::vector<Pair> pairs;
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<std::string> cohorts, ListCohorts(deadline));
  for (const std::string& cohort : cohorts) BRYGGA_RETURN_IF_ERROR(ReadCohort(cohort, deadline, pairs));
  return pairs;
}

absl::StatusOr<std::vector<Pair>> MatchingClient::Read(const std::set<std::string>& matches, absl::Time deadline) {
  std::map<std::string, std::vector<std::string>> by_cohort;
  for (const std::string& match : matches) by_cohort[CohortOf(match)].push_back(match);
  std::vector<Pair> pairs;
  for (const auto& [cohort, names] : by_cohort) {
    for (size_t begin = 0; begin < names.size(); begin += kMostAtOnce) {
      matching::BatchGetMatchesRequest request;
      request.set_parent(cohort);
      for (size_t i = begin; i < names.size() && request.names_size() < kMostAtOnce; ++i) request.add_names(names[i]);
      BRYGGA_ASSIGN_OR_RETURN(const auto response, matching_->Call<matching::BatchGetMatchesResponse>(
                                                       Until(deadline), kGetMatches, request));
      AddStanding(response, pairs);
    }
  }
  return pairs;
}

}  // namespace brygga::events
