#include "services/matching/store/sql/json_columns.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>

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

json PriceToJson(const std::optional<engine::Price>& price) {
  if (!price) return nullptr;
  return {price->pairs,      price->total_score,      price->pairs_part,
          price->total_part, price->worst_score_gain, price->blocking_pairs_fewer};
}

std::optional<engine::Price> PriceFromJson(const json& price) {
  if (price.is_null()) return std::nullopt;
  return engine::Price{.pairs = price[0],
                       .total_score = price[1],
                       .pairs_part = price[2],
                       .total_part = price[3],
                       .worst_score_gain = price[4],
                       .blocking_pairs_fewer = price[5]};
}

}  // namespace

std::string FiguresToJson(const RoundStatistics& s) {
  return json{{"blocking_pairs", s.blocking_pairs},
              {"guaranteed", s.guaranteed},
              {"reserved", s.reserved},
              {"kept_pairs", s.kept_pairs},
              {"changed_pairs", s.changed_pairs},
              {"new_pairs", s.new_pairs},
              {"lost_pairs", s.lost_pairs},
              {"lost_score", s.lost_score},
              {"price_of_stability", PriceToJson(s.price_of_stability)},
              {"price_of_fairness", PriceToJson(s.price_of_fairness)}}
      .dump();
}

void FiguresFromJson(const std::string& text, RoundStatistics& s) {
  if (text.empty()) return;
  const json figures = json::parse(text);
  s.blocking_pairs = figures.at("blocking_pairs");
  s.guaranteed = figures.at("guaranteed");
  s.reserved = figures.at("reserved");
  s.kept_pairs = figures.at("kept_pairs");
  s.changed_pairs = figures.at("changed_pairs");
  s.new_pairs = figures.at("new_pairs");
  s.lost_pairs = figures.at("lost_pairs");
  s.lost_score = figures.at("lost_score");
  s.price_of_stability = PriceFromJson(figures.at("price_of_stability"));
  s.price_of_fairness = PriceFromJson(figures.at("price_of_fairness"));
}

std::string ContributionsToJson(const std::vector<engine::Contribution>& contributions) {
  json list = json::array();
  for (const engine::Contribution& part : contributions) {
    list.push_back({static_cast<int>(part.criterion), part.value, part.micro, part.maximum, part.unknown, part.detail,
                    json(part.arguments)});
  }
  return list.dump();
}

namespace {

// Contributions of older rounds have none.
std::map<std::string, std::string> ArgumentsOf(const json& part) {
  return part.size() > 6 ? part[6].get<std::map<std::string, std::string>>() : std::map<std::string, std::string>();
}

}  // namespace

std::vector<engine::Contribution> ContributionsFromJson(const std::string& text) {
  std::vector<engine::Contribution> contributions;
  for (const json& part : json::parse(text)) {
    contributions.push_back({.criterion = static_cast<engine::Criterion>(part[0].get<int>()),
                             .value = part[1],
                             .micro = part[2],
                             .maximum = part[3],
                             .unknown = part[4],
                             .detail = part[5],
                             .arguments = ArgumentsOf(part)});
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
