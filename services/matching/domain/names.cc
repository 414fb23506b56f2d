#include "services/matching/domain/names.h"

#include "absl/strings/str_cat.h"
#include "common/ids/resource_name.h"
#include "common/status/macros.h"

namespace brygga::matching {

std::string NameOf(const CohortKey& key) {
  return absl::StrCat("programmes/", key.programme.value(), "/cohorts/", key.cohort.value());
}

std::string NameOf(const ParticipantId& participant) { return absl::StrCat("participants/", participant.value()); }

std::string NameOf(const CohortKey& key, std::string_view collection, std::string_view id) {
  return NameOf(key).append("/").append(collection).append("/").append(id);
}

std::string PairName(const CohortKey& key, const RoundId& round, const ParticipantId& adept) {
  return absl::StrCat(NameOf(key, round), "/pairs/", adept.value());
}

std::string MeetingName(const CohortKey& key, const MatchId& match, const MeetingId& meeting) {
  return absl::StrCat(NameOf(key, match), "/meetings/", meeting.value());
}

absl::StatusOr<MeetingId> ParseMeetingName(const CohortKey& key, const MatchId& match, std::string_view name) {
  BRYGGA_ASSIGN_OR_RETURN(const auto ids, ParseResourceName("programmes/*/cohorts/*/matches/*/meetings/*", name));
  const MeetingId id(ids[3]);
  if (MeetingName(key, match, id) != name) return absl::InvalidArgumentError("a meeting of another match");
  return id;
}

absl::StatusOr<CohortKey> ParseCohortName(std::string_view name) {
  BRYGGA_ASSIGN_OR_RETURN(const auto ids, ParseResourceName("programmes/*/cohorts/*", name));
  return CohortKey{ProgrammeId(ids[0]), CohortId(ids[1])};
}

absl::StatusOr<ParticipantId> ParseParticipantName(std::string_view name) {
  BRYGGA_ASSIGN_OR_RETURN(const std::string id, ParseId("participants/*", name));
  return ParticipantId(id);
}

absl::StatusOr<Named<std::string>> ParseNameIn(std::string_view collection, std::string_view name) {
  const std::string pattern = std::string("programmes/*/cohorts/*/").append(collection).append("/*");
  BRYGGA_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(pattern, name));
  return Named<std::string>{{ProgrammeId(ids[0]), CohortId(ids[1])}, ids[2]};
}

}  // namespace brygga::matching
