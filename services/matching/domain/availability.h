// Who of a cohort may be offered: what changes without a ranking changing.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_AVAILABILITY_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_AVAILABILITY_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "services/matching/domain/cohort.h"

namespace brygga::matching {

// A cohort as of one moment, in one row: what its answers are versioned by.
struct Standing {
  Cohort cohort;
  std::string policy_hash;   // Of the policy in force; empty: there is none.
  int64_t availability = 0;  // Grows whenever somebody may have become free or taken.
};

// Those of a cohort who are taken, wholly or in part. People who are paused,
// erased or protected, and those without a legal basis, are not in the cohort at
// all.
struct Taken {
  int64_t epoch = 0;         // As of which people were read,
  int64_t availability = 0;  // and matches and seats.
  // Seats left of mentors of whom seats are taken, or who have none; 0 or more.
  std::unordered_map<ParticipantId, int> seats_left;
  // Adepts with a live match in the programme and kind: its name.
  std::unordered_map<ParticipantId, std::string> matches;

  // Of `mentor`, who would have `at_most` seats here if none were taken.
  int FreeSeats(const ParticipantId& mentor, int at_most) const {
    const auto known = seats_left.find(mentor);
    return known == seats_left.end() ? at_most : std::min(known->second, at_most);
  }
  bool IsFree(Side side, const ParticipantId& person) const {
    if (side == Side::kAdept) return !matches.contains(person);
    const auto known = seats_left.find(person);
    return known == seats_left.end() || known->second > 0;
  }
  // True where it is what `standing` stands for.
  bool Holds(const Standing& standing) const {
    return epoch == standing.cohort.epoch && availability == standing.availability;
  }
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_AVAILABILITY_H_
