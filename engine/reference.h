// The reference tables that scoring reads: occupations, competences, places,
// languages and fields of education.
#ifndef BRYGGA_ENGINE_REFERENCE_H_
#define BRYGGA_ENGINE_REFERENCE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"

namespace brygga::engine {

// How two occupation groups (SSYK-4) are related; a pair may be related in
// several ways at once. "Forward" reads from the mentor's group to the adept's.
// The values are bits of a mask.
enum class GroupRelation : uint16_t {
  kSameGroup = 1 << 0,
  kBridge = 1 << 1,         // The mentor's group usually leads the adept's.
  kBridgeReverse = 1 << 2,  // The adept's group usually leads the mentor's.
  kEdge75 = 1 << 3,         // Some occupation of the mentor's can do one of the adept's to 75 %.
  kEdge75Reverse = 1 << 4,
  kEdge25 = 1 << 5,
  kEdge25Reverse = 1 << 6,
  kSameSsyk3 = 1 << 7,
  kSameSsyk2 = 1 << 8,
  kSameField = 1 << 9,
};

// One directed edge between occupation names: who has the one can do the work
// of the other to `percentage`, 25 or 75.
struct OccupationEdge {
  int32_t occupation;
  int32_t percentage;
};

// Immutable. Codes are text as in the files; everything is indexed by position
// in its file, so two references read from the same files agree.
class Reference {
 public:
  // Reads the tables from a folder (data/reference in the source tree).
  //
  // kNotFound: a file is missing. kInvalidArgument: a file is not what
  // data/README.md describes; the message names file, line and column.
  static absl::StatusOr<Reference> Load(const std::string& folder);

  // As Load, from texts by file name ("ssyk2012.tsv").
  static absl::StatusOr<Reference> Parse(const std::map<std::string, std::string>& files);

  // The position of a code, or -1 where it is not in the table.
  int GroupIndex(std::string_view ssyk4) const { return Find(groups_, ssyk4); }
  int OccupationIndex(std::string_view occupation_id) const { return Find(occupations_, occupation_id); }
  int SkillIndex(std::string_view skill_id) const { return Find(skills_, skill_id); }
  int MunicipalityIndex(std::string_view code) const { return Find(municipalities_, code); }
  int LanguageIndex(std::string_view code) const { return Find(languages_, code); }
  // The rank of a CEFR level, A1 = 1 to N = 7, or 0 for a word that is none.
  int LevelRank(std::string_view level) const;
  // Whether a SUN 2020 field code (1 to 4 positions) exists.
  bool KnowsSunField(std::string_view code) const { return sun_fields_.contains(std::string(code)); }

  int group_count() const { return static_cast<int>(groups_.size()); }
  int occupation_count() const { return static_cast<int>(occupation_groups_.size()); }
  int skill_count() const { return static_cast<int>(skill_weights_.size()); }
  int language_count() const { return static_cast<int>(languages_.size()); }
  int municipality_count() const { return static_cast<int>(latitudes_.size()); }

  // The SSYK-4 code of a group.
  const std::string& GroupCode(int group) const { return group_codes_[static_cast<size_t>(group)]; }
  // The SSYK-4 group that an occupation name belongs to.
  int GroupOf(int occupation) const { return occupation_groups_[static_cast<size_t>(occupation)]; }
  // Whether a group is a manager group (major group 1).
  bool IsManager(int group) const { return managers_[static_cast<size_t>(group)]; }
  // The mask of GroupRelation from the mentor's group to the adept's: one
  // lookup in a table built once per data version.
  uint16_t Relations(int mentor_group, int adept_group) const {
    return relations_[static_cast<size_t>(mentor_group) * groups_.size() + static_cast<size_t>(adept_group)];
  }
  // Edges that leave, and that enter, an occupation name.
  const std::vector<OccupationEdge>& EdgesFrom(int occupation) const { return from_[static_cast<size_t>(occupation)]; }
  const std::vector<OccupationEdge>& EdgesTo(int occupation) const { return to_[static_cast<size_t>(occupation)]; }

  // Inverse-frequency weight of a competence in whole millionths:
  // round(10^6 × ln(1 + groups / groups that use it)).
  int64_t SkillWeight(int skill) const { return skill_weights_[static_cast<size_t>(skill)]; }

  // Great-circle distance between the seats of two municipalities, in km.
  double DistanceKm(int a, int b) const {
    return distances_[static_cast<size_t>(a) * latitudes_.size() + static_cast<size_t>(b)];
  }

 private:
  using Index = std::unordered_map<std::string, int>;
  static int Find(const Index& index, std::string_view code) {
    const auto found = index.find(std::string(code));
    return found == index.end() ? -1 : found->second;
  }

  friend class ReferenceReader;

  Index groups_, occupations_, skills_, municipalities_, languages_, sun_fields_, levels_;
  std::vector<std::string> group_codes_;
  std::vector<bool> managers_;
  std::vector<int> occupation_groups_;
  std::vector<uint16_t> relations_;
  std::vector<std::vector<OccupationEdge>> from_, to_;
  std::vector<int64_t> skill_weights_;
  std::vector<double> latitudes_, longitudes_, distances_;
};

// Great-circle distance in km on a sphere of radius 6371.0088 km (haversine).
double HaversineKm(double latitude_a, double longitude_a, double latitude_b, double longitude_b);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_REFERENCE_H_
