// The ids of matching and the resource names they stand in.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_NAMES_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_NAMES_H_

#include <compare>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/ids/id.h"

namespace brygga::matching {

using ProgrammeId = Id<struct ProgrammeTag>;
using CohortId = Id<struct CohortTag>;
using ParticipantId = Id<struct ParticipantTag>;
using RoundId = Id<struct RoundTag>;
using MatchId = Id<struct MatchTag>;
using LockId = Id<struct LockTag>;
using VetoId = Id<struct VetoTag>;
using MeetingId = Id<struct MeetingTag>;

// A cohort and the programme it lies under.
struct CohortKey {
  ProgrammeId programme;
  CohortId cohort;

  friend auto operator<=>(const CohortKey&, const CohortKey&) = default;
  friend bool operator==(const CohortKey&, const CohortKey&) = default;
  friend std::ostream& operator<<(std::ostream& out, const CohortKey& key) {
    return out << key.programme << '/' << key.cohort;
  }
};

// "programmes/p/cohorts/c".
std::string NameOf(const CohortKey& key);
// "participants/p".
std::string NameOf(const ParticipantId& participant);
// "programmes/p/cohorts/c/{collection}/{id}".
std::string NameOf(const CohortKey& key, std::string_view collection, std::string_view id);

inline std::string NameOf(const CohortKey& key, const RoundId& id) { return NameOf(key, "rounds", id.value()); }
inline std::string NameOf(const CohortKey& key, const MatchId& id) { return NameOf(key, "matches", id.value()); }
inline std::string NameOf(const CohortKey& key, const LockId& id) { return NameOf(key, "locks", id.value()); }
inline std::string NameOf(const CohortKey& key, const VetoId& id) { return NameOf(key, "vetoes", id.value()); }
// "programmes/p/cohorts/c/rounds/r/pairs/a".
std::string PairName(const CohortKey& key, const RoundId& round, const ParticipantId& adept);

// "programmes/p/cohorts/c/matches/m/meetings/t".
std::string MeetingName(const CohortKey& key, const MatchId& match, const MeetingId& meeting);

// A resource of a cohort, read from its name.
template <typename IdType>
struct Named {
  CohortKey key;
  IdType id;
};

// kInvalidArgument: another form; of a meeting also another match.
absl::StatusOr<CohortKey> ParseCohortName(std::string_view name);
absl::StatusOr<ParticipantId> ParseParticipantName(std::string_view name);
absl::StatusOr<MeetingId> ParseMeetingName(const CohortKey& key, const MatchId& match, std::string_view name);
absl::StatusOr<Named<std::string>> ParseNameIn(std::string_view collection, std::string_view name);

template <typename IdType>
absl::StatusOr<Named<IdType>> ParseName(std::string_view collection, std::string_view name) {
  auto named = ParseNameIn(collection, name);
  if (!named.ok()) return named.status();
  return Named<IdType>{named->key, IdType(named->id)};
}

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_NAMES_H_
