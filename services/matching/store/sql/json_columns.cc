#include "services/matching/store/sql/json_columns.h"

#include <nlohmann/json.hpp>

namespace brygga::matching {
namespace {

using nlohmann::json;

json Ids(const std::vector<ParticipantId>& ids) {
  json list = json::array();
  for (const ParticipantId& id : ids) list.push_back(id.value());
  return list;
}

std::vector<ParticipantId> ToIds(const json& list) {
  std::vector<ParticipantId> ids;
  for (const json& id : list) ids.emplace_back(id.get<std::string>());
  return ids;
}

}  // namespace

std::string ContributionsToJson(const std::vector<engine::Contribution>& contributions) {
  json list = json::array();
  for (const engine::Contribution& part : contributions) {
    list.push_back({static_cast<int>(part.criterion), part.value, part.micro, part.maximum, part.unknown, part.detail});
  }
  return list.dump();
}

std::vector<engine::Contribution> ContributionsFromJson(const std::string& text) {
  std::vector<engine::Contribution> contributions;
  for (const json& part : json::parse(text)) {
    contributions.push_back({.criterion = static_cast<engine::Criterion>(part[0].get<int>()),
                             .value = part[1],
                             .micro = part[2],
                             .maximum = part[3],
                             .unknown = part[4],
                             .detail = part[5]});
  }
  return contributions;
}

std::string DetailsToJson(const Unmatched& unmatched) {
  json rules = json::array();
  for (const engine::RuleCount& count : unmatched.rules) {
    rules.push_back({static_cast<int>(count.rule), count.mentors, count.alone});
  }
  return json{{"rules", rules},
              {"group", Ids(unmatched.group)},
              {"mentors", Ids(unmatched.group_mentors)},
              {"seats", unmatched.group_seats}}
      .dump();
}

void DetailsFromJson(const std::string& text, Unmatched& unmatched) {
  const json details = json::parse(text);
  for (const json& count : details.at("rules")) {
    unmatched.rules.push_back(
        {.rule = static_cast<engine::HardRule>(count[0].get<int>()), .mentors = count[1], .alone = count[2]});
  }
  unmatched.group = ToIds(details.at("group"));
  unmatched.group_mentors = ToIds(details.at("mentors"));
  unmatched.group_seats = details.at("seats");
}

}  // namespace brygga::matching
