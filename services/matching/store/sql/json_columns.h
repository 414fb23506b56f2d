// What round_pairs and round_unmatched keep as JSON: lists that nobody queries
// inside.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_JSON_COLUMNS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_JSON_COLUMNS_H_

#include <string>
#include <vector>

#include "services/matching/domain/round.h"

namespace brygga::matching {

std::string ContributionsToJson(const std::vector<engine::Contribution>& contributions);
std::vector<engine::Contribution> ContributionsFromJson(const std::string& json);

// Rules, group, group_mentors and group_seats.
std::string DetailsToJson(const Unmatched& unmatched);
void DetailsFromJson(const std::string& json, Unmatched& unmatched);

// The figures of a round that have no column of their own. No text, no figures.
std::string FiguresToJson(const RoundStatistics& statistics);
void FiguresFromJson(const std::string& json, RoundStatistics& statistics);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_JSON_COLUMNS_H_
