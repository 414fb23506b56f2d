#include "cli/app/find.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "cli/app/words.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace pv1 = ::brygga::participant::v1;
namespace mv1 = ::brygga::matching::v1;

bool IsName(std::string_view text) { return text.find('/') != std::string_view::npos; }

bool Same(const std::string& a, std::string_view b) { return absl::EqualsIgnoreCase(a, std::string(b)); }

// The one of `all` that `text` means.
template <typename T, typename IsMeant>
absl::StatusOr<T> TheOne(std::string_view what, std::string_view text, const std::vector<T>& all, IsMeant is_meant) {
  std::vector<T> meant;
  std::copy_if(all.begin(), all.end(), std::back_inserter(meant), is_meant);
  if (meant.size() == 1) return meant.front();
  const auto& named = meant.empty() ? all : meant;
  const std::string names = absl::StrJoin(named, "", [](std::string* out, const T& item) {
    absl::StrAppend(out, "\n  ", item.name(), "  ", item.display_name());
  });
  const std::string subject = absl::StrCat(std::string(what), " \"", std::string(text), "\"");
  if (meant.empty() && all.empty())
    return absl::NotFoundError(absl::StrCat("There is no ", subject, " that you may see"));
  if (meant.empty()) return absl::NotFoundError(absl::StrCat("There is no ", subject, ". There are:", names));
  return absl::InvalidArgumentError(absl::StrCat("Several are called ", subject, ". Give one of these names:", names));
}

absl::StatusOr<pv1::Cohort> GetCohort(const Api& api, std::string_view name) {
  pv1::GetCohortRequest request;
  request.set_name(std::string(name));
  BRYGGA_ASSIGN_OR_RETURN(
      auto response, api.Call<pv1::GetCohortResponse>("brygga.participant.v1.ProgrammeService/GetCohort", request));
  return std::move(*response.mutable_cohort());
}

absl::StatusOr<pv1::Programme> GetProgramme(const Api& api, std::string_view name) {
  pv1::GetProgrammeRequest request;
  request.set_name(std::string(name));
  BRYGGA_ASSIGN_OR_RETURN(auto response, api.Call<pv1::GetProgrammeResponse>(
                                             "brygga.participant.v1.ProgrammeService/GetProgramme", request));
  return std::move(*response.mutable_programme());
}

absl::StatusOr<mv1::MatchingRound> NewestRound(const Api& api, const pv1::Cohort& cohort) {
  mv1::ListRoundsRequest request;
  request.set_parent(cohort.name());
  request.set_order_by("create_time desc");
  request.set_page_size(1);
  BRYGGA_ASSIGN_OR_RETURN(const auto response,
                          api.Call<mv1::ListRoundsResponse>("brygga.matching.v1.MatchingService/ListRounds", request));
  if (response.rounds_size() > 0) return response.rounds(0);
  return absl::NotFoundError(absl::StrCat("No round has been run in ", cohort.display_name(),
                                          ". Run one with `brygga match run ", cohort.name(), "`"));
}

}  // namespace

absl::StatusOr<pv1::Cohort> FindCohort(const Api& api, std::string_view text) {
  if (IsName(text)) return GetCohort(api, text);
  pv1::ListCohortsRequest request;
  request.set_parent("programmes/-");
  request.set_page_size(1000);
  std::vector<pv1::Cohort> cohorts;
  BRYGGA_RETURN_IF_ERROR(api.Pages<pv1::ListCohortsResponse>(
      "brygga.participant.v1.ProgrammeService/ListCohorts", request, [&](const pv1::ListCohortsResponse& page) {
        cohorts.insert(cohorts.end(), page.cohorts().begin(), page.cohorts().end());
      }));
  return TheOne("cohort", text, cohorts, [&](const pv1::Cohort& cohort) {
    return Same(cohort.display_name(), text) || Same(WordOf(cohort.programme_kind()), text);
  });
}

absl::StatusOr<pv1::Programme> FindProgramme(const Api& api, std::string_view text) {
  if (IsName(text)) return GetProgramme(api, text);
  pv1::ListProgrammesRequest request;
  request.set_page_size(1000);
  std::vector<pv1::Programme> programmes;
  BRYGGA_RETURN_IF_ERROR(api.Pages<pv1::ListProgrammesResponse>(
      "brygga.participant.v1.ProgrammeService/ListProgrammes", request, [&](const pv1::ListProgrammesResponse& page) {
        programmes.insert(programmes.end(), page.programmes().begin(), page.programmes().end());
      }));
  return TheOne("programme", text, programmes, [&](const pv1::Programme& programme) {
    return Same(programme.display_name(), text) || Same(WordOf(programme.kind()), text);
  });
}

absl::StatusOr<std::string> FindParticipant(const Api& api, std::string_view text) {
  if (IsName(text)) return std::string(text);
  pv1::ListParticipantsRequest request;
  request.set_filter(absl::StrCat("external_key = \"", std::string(text), "\""));
  BRYGGA_ASSIGN_OR_RETURN(
      const auto response,
      api.Call<pv1::ListParticipantsResponse>("brygga.participant.v1.ParticipantService/ListParticipants", request));
  if (response.participants_size() == 1) return response.participants(0).name();
  if (response.participants_size() == 0) {
    return absl::NotFoundError(absl::StrCat("There is nobody called \"", std::string(text), "\" that you may see"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("Several systems call somebody \"", std::string(text), "\". Give the name, participants/…"));
}

absl::StatusOr<mv1::MatchingRound> FindRound(const Api& api, std::string_view text) {
  if (text.find("/rounds/") == std::string_view::npos) {
    BRYGGA_ASSIGN_OR_RETURN(const pv1::Cohort cohort, FindCohort(api, text));
    return NewestRound(api, cohort);
  }
  mv1::GetRoundRequest request;
  request.set_name(std::string(text));
  BRYGGA_ASSIGN_OR_RETURN(auto response,
                          api.Call<mv1::GetRoundResponse>("brygga.matching.v1.MatchingService/GetRound", request));
  return std::move(*response.mutable_round());
}

absl::StatusOr<std::map<std::string, std::string>> NamesOf(const Api& api, const std::set<std::string>& people) {
  constexpr size_t kAtOnce = 1000;
  std::map<std::string, std::string> names;
  for (auto next = people.begin(); next != people.end();) {
    pv1::BatchGetParticipantsRequest request;
    while (next != people.end() && static_cast<size_t>(request.names_size()) < kAtOnce) request.add_names(*next++);
    BRYGGA_ASSIGN_OR_RETURN(const auto response,
                            api.Call<pv1::BatchGetParticipantsResponse>(
                                "brygga.participant.v1.ParticipantService/BatchGetParticipants", request));
    for (const pv1::Participant& person : response.participants()) {
      names.emplace(
          person.name(),
          std::string(absl::StripAsciiWhitespace(absl::StrCat(person.given_name(), " ", person.family_name()))));
    }
  }
  return names;
}

}  // namespace brygga::cli
