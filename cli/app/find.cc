#include "cli/app/find.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "brygga/events/v1/event_service.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "cli/app/words.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace ev1 = ::brygga::events::v1;
namespace pv1 = ::brygga::participant::v1;
namespace mv1 = ::brygga::matching::v1;

bool IsName(std::string_view text) { return text.find('/') != std::string_view::npos; }

// As a text of a filter.
std::string Escaped(std::string_view text) {
  return absl::StrReplaceAll(std::string(text), {{"\\", "\\\\"}, {"\"", "\\\""}});
}

bool Same(const std::string& a, std::string_view b) { return absl::EqualsIgnoreCase(a, std::string(b)); }

// The one of `all` that `text` means.
template <typename T, typename IsMeant>
absl::StatusOr<T> TheOne(std::string_view what, std::string_view text, const google::protobuf::RepeatedPtrField<T>& all,
                         IsMeant is_meant) {
  google::protobuf::RepeatedPtrField<T> meant;
  std::copy_if(all.begin(), all.end(), google::protobuf::RepeatedFieldBackInserter(&meant), is_meant);
  if (meant.size() == 1) return meant[0];
  const auto& named = meant.empty() ? all : meant;
  const std::string names = absl::StrJoin(named, "", [](std::string* out, const T& item) {
    absl::StrAppend(out, "\n  ", item.name(), "  ", item.display_name());
  });
  const std::string subject = absl::StrCat(std::string(what), " \"", std::string(text), "\"");
  if (meant.empty() && all.empty()) {
    return absl::NotFoundError(absl::StrCat("there is no ", subject, " that you may see"));
  }
  if (meant.empty()) return absl::NotFoundError(absl::StrCat("there is no ", subject, "; there are:", names));
  return absl::InvalidArgumentError(
      absl::StrCat("the ", subject, " could be several; give one of these names:", names));
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
  return absl::NotFoundError(absl::StrCat("no round has been run in ", cohort.display_name(),
                                          "; run one with `brygga match run ", cohort.name(), "`"));
}

bool IsLive(mv1::MatchState state) {
  return state == mv1::MATCH_STATE_PROPOSED || state == mv1::MATCH_STATE_ACCEPTED_BY_ONE ||
         state == mv1::MATCH_STATE_ACTIVE || state == mv1::MATCH_STATE_PAUSED;
}

}  // namespace

absl::StatusOr<pv1::Cohort> FindCohort(const Api& api, std::string_view text) {
  if (IsName(text)) return GetCohort(api, text);
  pv1::ListCohortsRequest request;
  request.set_parent("programmes/-");
  BRYGGA_ASSIGN_OR_RETURN(
      const auto all, api.All<pv1::ListCohortsResponse>("brygga.participant.v1.ProgrammeService/ListCohorts", request));
  BRYGGA_ASSIGN_OR_RETURN(pv1::Cohort meant, TheOne("cohort", text, all.cohorts(), [&](const pv1::Cohort& cohort) {
                            return Same(cohort.display_name(), text) || Same(WordOf(cohort.programme_kind()), text);
                          }));
  api.Remember(meant.name(), text);
  api.Remember(meant.name().substr(0, meant.name().find("/cohorts/")), WordOf(meant.programme_kind()));
  return meant;
}

absl::StatusOr<pv1::Programme> FindProgramme(const Api& api, std::string_view text) {
  if (IsName(text)) return GetProgramme(api, text);
  BRYGGA_ASSIGN_OR_RETURN(const auto all,
                          api.All<pv1::ListProgrammesResponse>("brygga.participant.v1.ProgrammeService/ListProgrammes",
                                                               pv1::ListProgrammesRequest()));
  BRYGGA_ASSIGN_OR_RETURN(pv1::Programme meant,
                          TheOne("programme", text, all.programmes(), [&](const pv1::Programme& programme) {
                            return Same(programme.display_name(), text) || Same(WordOf(programme.kind()), text);
                          }));
  api.Remember(meant.name(), text);
  return meant;
}

absl::StatusOr<std::string> FindParticipant(const Api& api, std::string_view text) {
  if (IsName(text)) return std::string(text);
  pv1::ListParticipantsRequest request;
  request.set_filter(absl::StrCat("external_key = \"", Escaped(text), "\""));
  BRYGGA_ASSIGN_OR_RETURN(
      const auto response,
      api.Call<pv1::ListParticipantsResponse>("brygga.participant.v1.ParticipantService/ListParticipants", request));
  if (response.participants_size() == 1) {
    api.Remember(response.participants(0).name(), text);
    return response.participants(0).name();
  }
  if (response.participants_size() == 0) {
    return absl::NotFoundError(absl::StrCat("there is nobody called \"", std::string(text), "\" that you may see"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("several systems call somebody \"", std::string(text), "\"; give the name, participants/…"));
}

absl::StatusOr<std::string> FindMatch(const Api& api, std::string_view text) {
  if (IsName(text)) return std::string(text);
  BRYGGA_ASSIGN_OR_RETURN(const std::string person, FindParticipant(api, text));
  mv1::ListParticipantMatchesRequest request;
  request.set_participant(person);
  BRYGGA_ASSIGN_OR_RETURN(const auto all, api.All<mv1::ListParticipantMatchesResponse>(
                                              "brygga.matching.v1.MatchingService/ListParticipantMatches", request));
  std::vector<mv1::Match> live;
  std::copy_if(all.matches().begin(), all.matches().end(), std::back_inserter(live),
               [](const mv1::Match& match) { return IsLive(match.state()); });
  if (live.size() == 1) {
    api.Remember(live.front().name(), absl::StrCat("the match of ", std::string(text)));
    return live.front().name();
  }
  if (live.empty()) {
    return absl::NotFoundError(absl::StrCat(std::string(text), " has no match that is running or awaits an answer"));
  }
  const std::string names = absl::StrJoin(live, "", [](std::string* out, const mv1::Match& match) {
    absl::StrAppend(out, "\n  ", match.name(), "  ", WordOf(match.state()));
  });
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(text), " has several matches; give one of these names:", names));
}

absl::StatusOr<ev1::Event> FindEvent(const Api& api, std::string_view text) {
  if (IsName(text)) {
    ev1::GetEventRequest request;
    request.set_name(std::string(text));
    BRYGGA_ASSIGN_OR_RETURN(auto response,
                            api.Call<ev1::GetEventResponse>("brygga.events.v1.EventService/GetEvent", request));
    return std::move(*response.mutable_event());
  }
  ev1::ListEventsRequest request;
  request.set_filter(absl::StrCat("external_key = \"", Escaped(text), "\""));
  BRYGGA_ASSIGN_OR_RETURN(const auto response,
                          api.Call<ev1::ListEventsResponse>("brygga.events.v1.EventService/ListEvents", request));
  if (response.events_size() == 1) {
    api.Remember(response.events(0).name(), text);
    return response.events(0);
  }
  return absl::NotFoundError(absl::StrCat("there is no event called \"", std::string(text),
                                          "\" that you may see; `brygga event list` shows their keys, and the parts of "
                                          "a course go by the key of the course"));
}

absl::StatusOr<std::string> FindEventName(const Api& api, std::string_view text) {
  BRYGGA_ASSIGN_OR_RETURN(const ev1::Event event, FindEvent(api, text));
  return event.name();
}

absl::StatusOr<mv1::MatchingRound> FindRound(const Api& api, std::string_view text) {
  if (text.find("/rounds/") == std::string_view::npos) {
    BRYGGA_ASSIGN_OR_RETURN(const pv1::Cohort cohort, FindCohort(api, text));
    BRYGGA_ASSIGN_OR_RETURN(mv1::MatchingRound newest, NewestRound(api, cohort));
    api.Remember(newest.name(), absl::StrCat("the newest round of ", std::string(text)));
    return newest;
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

std::map<std::string, std::string> NamesIfAny(const Api& api, const std::set<std::string>& people) {
  auto names = NamesOf(api, people);
  return names.ok() ? *std::move(names) : std::map<std::string, std::string>();
}

const std::string& NameIn(const std::map<std::string, std::string>& names, const std::string& resource) {
  const auto found = names.find(resource);
  return found == names.end() ? resource : found->second;
}

}  // namespace brygga::cli
