#include "engine/reference.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <functional>
#include <numbers>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::engine {
namespace {

constexpr double kEarthRadiusKm = 6371.0088;

const char* const kFiles[] = {"cefr_levels.tsv",    "languages.tsv",        "manager_bridges.tsv",
                              "municipalities.tsv", "occupation_names.tsv", "occupation_substitutability.tsv",
                              "skills.tsv",         "ssyk2012.tsv",         "ssyk_substitutability.tsv",
                              "sun2020_fields.tsv"};

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

absl::Status BadFile(std::string_view file, int line, std::string_view column, std::string_view what) {
  std::string message = absl::StrCat(ToAbsl(file), ", line ", line);
  if (!column.empty()) absl::StrAppend(&message, ", column ", ToAbsl(column));
  absl::StrAppend(&message, ": ", ToAbsl(what));
  return MakeError(absl::StatusCode::kInvalidArgument, message,
                   {.reason = "INVALID_REFERENCE_DATA", .metadata = {{"file", std::string(file)}}});
}

}  // namespace

// Fills a Reference table by table; later tables refer to earlier ones.
class ReferenceReader {
 public:
  explicit ReferenceReader(const std::map<std::string, std::string>& files) : files_(files) {}

  absl::StatusOr<Reference> Read() {
    BRYGGA_RETURN_IF_ERROR(ReadGroups());
    BRYGGA_RETURN_IF_ERROR(ReadOccupations());
    BRYGGA_RETURN_IF_ERROR(ReadOccupationEdges());
    BRYGGA_RETURN_IF_ERROR(ReadSkills());
    BRYGGA_RETURN_IF_ERROR(ReadMunicipalities());
    BRYGGA_RETURN_IF_ERROR(ReadCodes("languages.tsv", "code", reference_.languages_));
    BRYGGA_RETURN_IF_ERROR(ReadCodes("sun2020_fields.tsv", "sun_field", reference_.sun_fields_));
    BRYGGA_RETURN_IF_ERROR(ReadLevels());
    return std::move(reference_);
  }

 private:
  // One row at a time, by column name.
  struct Row {
    std::string_view file;
    int line;
    const std::vector<std::string_view>* columns;
    std::vector<std::string_view> cells;

    std::string_view operator[](std::string_view column) const {
      return cells[static_cast<size_t>(std::find(columns->begin(), columns->end(), column) - columns->begin())];
    }
    absl::Status Bad(std::string_view column, std::string_view what) const { return BadFile(file, line, column, what); }
    absl::StatusOr<int> Number(std::string_view column) const {
      int value = 0;
      if (!absl::SimpleAtoi(ToAbsl((*this)[column]), &value)) return Bad(column, "is not a whole number");
      return value;
    }
    absl::StatusOr<double> Degrees(std::string_view column) const {
      double value = 0;
      if (!absl::SimpleAtod(ToAbsl((*this)[column]), &value) || !(std::abs(value) <= 180)) {
        return Bad(column, "is not a position in degrees");
      }
      return value;
    }
  };
  using TakeRow = std::function<absl::Status(const Row&)>;

  absl::Status ForEachRow(const std::string& file, std::initializer_list<std::string_view> needed,
                          const TakeRow& take) {
    const auto found = files_.find(file);
    if (found == files_.end()) {
      return MakeError(absl::StatusCode::kNotFound, absl::StrCat("reference table ", file, " is missing"),
                       {.reason = "REFERENCE_DATA_MISSING", .metadata = {{"file", file}}});
    }
    std::vector<std::string_view> lines = Split(found->second, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    if (lines.empty()) return BadFile(file, 1, "", "has no header line");
    const std::vector<std::string_view> columns = Split(lines[0], '\t');
    for (const std::string_view column : needed) {
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
        return BadFile(file, 1, column, "is missing from the header");
      }
    }
    for (size_t i = 1; i < lines.size(); ++i) {
      const Row row{file, static_cast<int>(i) + 1, &columns, Split(lines[i], '\t')};
      if (row.cells.size() != columns.size()) return row.Bad("", "has another number of cells than the header");
      BRYGGA_RETURN_IF_ERROR(take(row));
    }
    return absl::OkStatus();
  }

  static absl::Status AddCode(const Row& row, std::string_view column, Reference::Index& index) {
    if (row[column].empty()) return row.Bad(column, "is empty");
    const bool fresh = index.emplace(std::string(row[column]), static_cast<int>(index.size())).second;
    return fresh ? absl::OkStatus() : row.Bad(column, "appears twice");
  }

  static absl::StatusOr<int> FindCode(const Row& row, std::string_view column, const Reference::Index& index) {
    const int found = Reference::Find(index, row[column]);
    if (found < 0) return row.Bad(column, "names a code that no table has");
    return found;
  }

  absl::Status ReadCodes(const std::string& file, std::string_view column, Reference::Index& index) {
    return ForEachRow(file, {column}, [&](const Row& row) { return AddCode(row, column, index); });
  }

  absl::Status ReadGroups() {
    std::vector<std::string> codes, fields;
    BRYGGA_RETURN_IF_ERROR(ForEachRow("ssyk2012.tsv", {"ssyk", "level", "field_id"}, [&](const Row& row) {
      if (row["level"] != "4") return absl::OkStatus();
      if (row["ssyk"].size() != 4) return row.Bad("ssyk", "is not of four digits");
      codes.emplace_back(row["ssyk"]);
      fields.emplace_back(row["field_id"]);
      reference_.group_codes_.emplace_back(row["ssyk"]);
      reference_.managers_.push_back(row["ssyk"][0] == '1');
      return AddCode(row, "ssyk", reference_.groups_);
    }));
    const size_t count = codes.size();
    reference_.relations_.assign(count * count, 0);
    for (size_t a = 0; a < count; ++a) {
      for (size_t b = 0; b < count; ++b) {
        if (a == b) Relate(a, b, GroupRelation::kSameGroup);
        if (codes[a].substr(0, 3) == codes[b].substr(0, 3)) Relate(a, b, GroupRelation::kSameSsyk3);
        if (codes[a].substr(0, 2) == codes[b].substr(0, 2)) Relate(a, b, GroupRelation::kSameSsyk2);
        if (!fields[a].empty() && fields[a] == fields[b]) Relate(a, b, GroupRelation::kSameField);
      }
    }
    BRYGGA_RETURN_IF_ERROR(ReadBridges());
    return ReadGroupEdges();
  }

  absl::Status ReadBridges() {
    return ForEachRow("manager_bridges.tsv", {"manager_ssyk4", "led_ssyk4"}, [&](const Row& row) -> absl::Status {
      BRYGGA_ASSIGN_OR_RETURN(const int manager, FindCode(row, "manager_ssyk4", reference_.groups_));
      BRYGGA_ASSIGN_OR_RETURN(const int led, FindCode(row, "led_ssyk4", reference_.groups_));
      RelateBothWays(manager, led, GroupRelation::kBridge, GroupRelation::kBridgeReverse);
      return absl::OkStatus();
    });
  }

  absl::Status ReadGroupEdges() {
    return ForEachRow("ssyk_substitutability.tsv", {"from_ssyk4", "to_ssyk4", "edges75", "edges25"},
                      [&](const Row& row) -> absl::Status {
                        BRYGGA_ASSIGN_OR_RETURN(const int from, FindCode(row, "from_ssyk4", reference_.groups_));
                        BRYGGA_ASSIGN_OR_RETURN(const int to, FindCode(row, "to_ssyk4", reference_.groups_));
                        BRYGGA_ASSIGN_OR_RETURN(const int edges75, row.Number("edges75"));
                        BRYGGA_ASSIGN_OR_RETURN(const int edges25, row.Number("edges25"));
                        if (edges75 > 0)
                          RelateBothWays(from, to, GroupRelation::kEdge75, GroupRelation::kEdge75Reverse);
                        if (edges25 > 0)
                          RelateBothWays(from, to, GroupRelation::kEdge25, GroupRelation::kEdge25Reverse);
                        return absl::OkStatus();
                      });
  }

  absl::Status ReadOccupations() {
    return ForEachRow("occupation_names.tsv", {"occupation_id", "ssyk4"}, [&](const Row& row) -> absl::Status {
      BRYGGA_ASSIGN_OR_RETURN(const int group, FindCode(row, "ssyk4", reference_.groups_));
      reference_.occupation_groups_.push_back(group);
      return AddCode(row, "occupation_id", reference_.occupations_);
    });
  }

  absl::Status ReadOccupationEdges() {
    reference_.from_.resize(reference_.occupation_groups_.size());
    reference_.to_.resize(reference_.occupation_groups_.size());
    return ForEachRow(
        "occupation_substitutability.tsv", {"from_occupation_id", "to_occupation_id", "percentage"},
        [&](const Row& row) -> absl::Status {
          BRYGGA_ASSIGN_OR_RETURN(const int from, FindCode(row, "from_occupation_id", reference_.occupations_));
          BRYGGA_ASSIGN_OR_RETURN(const int to, FindCode(row, "to_occupation_id", reference_.occupations_));
          BRYGGA_ASSIGN_OR_RETURN(const int percentage, row.Number("percentage"));
          if (percentage != 25 && percentage != 75) return row.Bad("percentage", "is neither 25 nor 75");
          reference_.from_[static_cast<size_t>(from)].push_back({to, percentage});
          reference_.to_[static_cast<size_t>(to)].push_back({from, percentage});
          return absl::OkStatus();
        });
  }

  absl::Status ReadSkills() {
    const double groups = static_cast<double>(reference_.groups_.size());
    return ForEachRow("skills.tsv", {"skill_id", "ssyk4_count"}, [&](const Row& row) -> absl::Status {
      BRYGGA_ASSIGN_OR_RETURN(const int used_by, row.Number("ssyk4_count"));
      if (used_by < 1) return row.Bad("ssyk4_count", "is not at least 1");
      reference_.skill_weights_.push_back(
          static_cast<int64_t>(std::floor(1e6 * std::log(1.0 + groups / used_by) + 0.5)));
      return AddCode(row, "skill_id", reference_.skills_);
    });
  }

  absl::Status ReadMunicipalities() {
    std::vector<double>& latitudes = reference_.latitudes_;
    std::vector<double>& longitudes = reference_.longitudes_;
    BRYGGA_RETURN_IF_ERROR(ForEachRow("municipalities.tsv", {"municipality_code", "seat_lat", "seat_lon"},
                                      [&](const Row& row) -> absl::Status {
                                        BRYGGA_ASSIGN_OR_RETURN(const double latitude, row.Degrees("seat_lat"));
                                        BRYGGA_ASSIGN_OR_RETURN(const double longitude, row.Degrees("seat_lon"));
                                        latitudes.push_back(latitude);
                                        longitudes.push_back(longitude);
                                        return AddCode(row, "municipality_code", reference_.municipalities_);
                                      }));
    const size_t count = latitudes.size();
    reference_.distances_.resize(count * count);
    for (size_t a = 0; a < count; ++a) {
      for (size_t b = a + 1; b < count; ++b) {
        const double km = HaversineKm(latitudes[a], longitudes[a], latitudes[b], longitudes[b]);
        reference_.distances_[a * count + b] = km;
        reference_.distances_[b * count + a] = km;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadLevels() {
    return ForEachRow("cefr_levels.tsv", {"code", "rank"}, [&](const Row& row) -> absl::Status {
      BRYGGA_ASSIGN_OR_RETURN(const int rank, row.Number("rank"));
      if (rank < 1 || rank > 7) return row.Bad("rank", "is not from 1 to 7");
      reference_.levels_[std::string(row["code"])] = rank;
      return absl::OkStatus();
    });
  }

  void Relate(size_t mentor_group, size_t adept_group, GroupRelation relation) {
    reference_.relations_[mentor_group * reference_.groups_.size() + adept_group] |= static_cast<uint16_t>(relation);
  }

  // `forward` holds for a mentor in `from` and an adept who wants `to`.
  void RelateBothWays(int from, int to, GroupRelation forward, GroupRelation reverse) {
    Relate(static_cast<size_t>(from), static_cast<size_t>(to), forward);
    Relate(static_cast<size_t>(to), static_cast<size_t>(from), reverse);
  }

  const std::map<std::string, std::string>& files_;
  Reference reference_;
};

absl::StatusOr<Reference> Reference::Parse(const std::map<std::string, std::string>& files) {
  return ReferenceReader(files).Read();
}

absl::StatusOr<Reference> Reference::Load(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const char* file : kFiles) {
    std::ifstream in(absl::StrCat(folder, "/", file), std::ios::binary);
    std::ostringstream text;
    if (in && text << in.rdbuf()) files[file] = std::move(text).str();
  }
  return Parse(files);
}

int Reference::LevelRank(std::string_view level) const { return std::max(0, Find(levels_, level)); }

double HaversineKm(double latitude_a, double longitude_a, double latitude_b, double longitude_b) {
  constexpr double kRadians = std::numbers::pi / 180;
  const double half_latitude = std::sin((latitude_b - latitude_a) * kRadians / 2);
  const double half_longitude = std::sin((longitude_b - longitude_a) * kRadians / 2);
  const double h = half_latitude * half_latitude +
                   std::cos(latitude_a * kRadians) * std::cos(latitude_b * kRadians) * half_longitude * half_longitude;
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(h)));
}

}  // namespace brygga::engine
