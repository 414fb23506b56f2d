#include "services/matching/domain/fairness.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace brygga::matching {
namespace {

constexpr char kUnknown[] = "UNKNOWN";

// A group as it is, before anything is kept out of sight.
struct Cell {
  std::string code;
  int adepts = 0;
  std::vector<int32_t> scores = {};
  Visibility visibility = Visibility::kShown;

  int matched() const { return static_cast<int>(scores.size()); }
  void Add(const std::optional<int32_t>& score) {
    ++adepts;
    if (score) scores.push_back(*score);
  }
};

std::string GenderOf(const engine::Person& person) {
  constexpr std::array<std::string_view, 4> kCodes = {kUnknown, "F", "M", "X"};
  return std::string(kCodes[static_cast<size_t>(person.gender)]);
}

// Of several first languages the one whose code comes first.
std::string FirstLanguageOf(const engine::Person& person) {
  std::string first;
  for (const auto& [code, level] : person.languages) {
    if (level == "N" && (first.empty() || code < first)) first = code;
  }
  return first.empty() ? kUnknown : first;
}

std::string AgeOf(const engine::Person& person) {
  if (!person.age) return kUnknown;
  constexpr std::array<std::pair<int, std::string_view>, 7> kBands = {
      {{18, "0-17"}, {25, "18-24"}, {35, "25-34"}, {45, "35-44"}, {55, "45-54"}, {65, "55-64"}, {1000, "65+"}}};
  const auto band =
      std::find_if(kBands.begin(), kBands.end(), [&](const auto& one) { return *person.age < one.first; });
  return std::string((band == kBands.end() ? kBands.back() : *band).second);
}

std::string MunicipalityOf(const engine::Person& person) {
  return person.municipality_code.empty() ? kUnknown : person.municipality_code;
}
std::string CountyOf(const engine::Person& person) {
  return person.municipality_code.empty() ? kUnknown : person.municipality_code.substr(0, 2);
}

using CodeOf = std::string (*)(const engine::Person&);

std::vector<Cell> CellsOf(const std::vector<TreatedAdept>& adepts, CodeOf code_of) {
  std::map<std::string, Cell> cells;
  for (const TreatedAdept& adept : adepts) {
    const std::string code = code_of(*adept.features);
    cells.try_emplace(code, Cell{.code = code}).first->second.Add(adept.score);
  }
  std::vector<Cell> sorted;
  for (auto& [code, cell] : cells) sorted.push_back(std::move(cell));
  return sorted;
}

bool CountShows(Visibility visibility) {
  return visibility == Visibility::kShown || visibility == Visibility::kCountOnly;
}
bool IsExtreme(int matched, int adepts) { return matched == 0 || matched == adepts; }

// The smallest cell for which `may` holds, or null.
template <typename May>
Cell* Smallest(std::vector<Cell>& cells, const May& may) {
  Cell* smallest = nullptr;
  for (Cell& cell : cells) {
    if (may(cell) && (smallest == nullptr || cell.adepts < smallest->adepts)) smallest = &cell;
  }
  return smallest;
}

void HideSmall(std::vector<Cell>& cells) {
  for (Cell& cell : cells) {
    if (cell.adepts < kSmallGroup) cell.visibility = Visibility::kSmall;
  }
  for (;;) {
    int hidden = 0;
    for (const Cell& cell : cells) hidden += CountShows(cell.visibility) ? 0 : cell.adepts;
    if (hidden == 0 || hidden >= kSmallGroup) return;
    Cell* const next = Smallest(cells, [](const Cell& cell) { return CountShows(cell.visibility); });
    if (next == nullptr) return;
    next->visibility = Visibility::kWithheld;
  }
}

void HideExtremes(std::vector<Cell>& cells) {
  const auto is_shown = [](const Cell& cell) { return cell.visibility == Visibility::kShown; };
  bool any = false;
  for (Cell& cell : cells) {
    if (!is_shown(cell) || cell.adepts >= kExtremeGroup || !IsExtreme(cell.matched(), cell.adepts)) continue;
    cell.visibility = Visibility::kCountOnly;
  }
  for (const Cell& cell : cells) any = any || !is_shown(cell);
  while (any) {
    int adepts = 0, matched = 0;
    for (const Cell& cell : cells) {
      adepts += is_shown(cell) ? 0 : cell.adepts;
      matched += is_shown(cell) ? 0 : cell.matched();
    }
    if (!IsExtreme(matched, adepts)) return;
    Cell* const next = Smallest(cells, is_shown);
    if (next == nullptr) return;
    next->visibility = Visibility::kCountOnly;
  }
}

void Hide(std::vector<Cell>& cells, ReportFor reader) {
  HideSmall(cells);
  if (reader == ReportFor::kOthers) HideExtremes(cells);
}

FairnessGroup ToGroup(Cell cell) {
  FairnessGroup group{.code = std::move(cell.code), .visibility = cell.visibility};
  if (CountShows(cell.visibility)) group.adepts = cell.adepts;
  if (cell.visibility != Visibility::kShown) return group;
  group.matched = cell.matched();
  if (cell.matched() < kSmallGroup) return group;
  std::sort(cell.scores.begin(), cell.scores.end());
  group.worst_score = cell.scores.front();
  group.median_score = cell.scores[(cell.scores.size() - 1) / 2];
  return group;
}

FairnessDimension ToDimension(std::string_view dimension, std::vector<Cell> cells) {
  FairnessDimension made{.dimension = std::string(dimension), .groups = {}};
  for (Cell& cell : cells) made.groups.push_back(ToGroup(std::move(cell)));
  return made;
}

// The municipalities of each county, hidden as a table of its own.
std::vector<Cell> Municipalities(const std::vector<TreatedAdept>& adepts, const std::vector<Cell>& counties,
                                 ReportFor reader) {
  std::map<std::string, std::vector<Cell>> by_county;
  for (Cell& cell : CellsOf(adepts, &MunicipalityOf)) {
    const std::string county = cell.code == kUnknown ? kUnknown : cell.code.substr(0, 2);
    by_county[county].push_back(std::move(cell));
  }
  std::vector<Cell> all;
  for (const Cell& county : counties) {
    std::vector<Cell>& cells = by_county[county.code];
    Hide(cells, reader);
    for (Cell& cell : cells) {
      if (county.visibility == Visibility::kSmall || county.visibility == Visibility::kWithheld) {
        if (cell.visibility != Visibility::kSmall) cell.visibility = Visibility::kWithheld;
      } else if (county.visibility == Visibility::kCountOnly && cell.visibility == Visibility::kShown) {
        cell.visibility = Visibility::kCountOnly;
      }
      all.push_back(std::move(cell));
    }
  }
  return all;
}

bool IsKnown(const std::vector<Cell>& cells) {
  return std::any_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell.code != kUnknown; });
}

}  // namespace

FairnessReport ReportFairness(const std::vector<TreatedAdept>& adepts, ReportFor reader) {
  Cell all{.code = "ALL"};
  for (const TreatedAdept& adept : adepts) all.Add(adept.score);
  FairnessReport report;
  if (all.adepts < kSmallGroup) {
    all.visibility = Visibility::kSmall;
    report.all = ToGroup(std::move(all));
    return report;
  }
  if (reader == ReportFor::kOthers && all.adepts < kExtremeGroup && IsExtreme(all.matched(), all.adepts)) {
    all.visibility = Visibility::kCountOnly;
  }
  report.all = ToGroup(std::move(all));
  constexpr std::array<std::pair<std::string_view, CodeOf>, 3> kPlainDimensions = {
      {{"GENDER", &GenderOf}, {"FIRST_LANGUAGE", &FirstLanguageOf}, {"AGE", &AgeOf}}};
  for (const auto& [dimension, code_of] : kPlainDimensions) {
    std::vector<Cell> cells = CellsOf(adepts, code_of);
    if (!IsKnown(cells)) continue;
    Hide(cells, reader);
    report.dimensions.push_back(ToDimension(dimension, std::move(cells)));
  }
  std::vector<Cell> counties = CellsOf(adepts, &CountyOf);
  if (!IsKnown(counties)) return report;
  Hide(counties, reader);
  std::vector<Cell> municipalities = Municipalities(adepts, counties, reader);
  report.dimensions.push_back(ToDimension("COUNTY", std::move(counties)));
  report.dimensions.push_back(ToDimension("MUNICIPALITY", std::move(municipalities)));
  return report;
}

}  // namespace brygga::matching
