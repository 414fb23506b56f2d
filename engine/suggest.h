// What stands between an unmatched adept and a match, in features: the rules in
// the way, the kind of mentor who is missing, and what a group that shares too
// few seats has in common.
#ifndef BRYGGA_ENGINE_SUGGEST_H_
#define BRYGGA_ENGINE_SUGGEST_H_

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/people.h"
#include "engine/policy.h"
#include "engine/problem.h"
#include "engine/reference.h"
#include "engine/score.h"

namespace brygga::engine {

// A hard rule that alone keeps an adept from some mentors who have room.
struct RuleOption {
  HardRule rule;
  std::vector<int32_t> mentors;  // Ascending.
  // What the rule was asked about, of the mentor for whom least would have to be
  // let go (the nearest, the closest occupation; else the first).
  std::map<std::string, std::string> arguments;

  friend bool operator==(const RuleOption&, const RuleOption&) = default;
};

// What could be let go for an adept, most mentors first: each rule that is the
// only one between the adept and some mentor of `room` (WhatIf::WithRoom). A veto
// is somebody's word and never proposed.
std::vector<RuleOption> RulesInTheWay(const Scorer& scorer, const People& adepts, int32_t adept, const People& mentors,
                                      const Problem& problem, const std::vector<bool>& room);

// What a mentor must be like to be allowed an adept; an empty field asks for
// nothing.
struct MentorKind {
  std::vector<std::pair<std::string, std::string>> languages;  // Any of these codes, at this CEFR level or above.
  std::string ssyk4;                                           // This group, or one close enough to it.
  std::string municipality;                                    // Meets on site here, or near enough.
  int within_km = -1;                                          // -1: no limit.
  bool online = false;                                         // Or meets online.
  std::vector<std::string> slots;                              // Any `minimum_slots` of these.
  int minimum_slots = 0;
  std::vector<std::string> skills;  // Any `minimum_skills` of these.
  int minimum_skills = 0;
  Gender gender = Gender::kUnknown;
  // Rules that no mentor can satisfy until more (or else) is known of the adept:
  // then nothing above helps.
  std::vector<HardRule> impossible;
};

// The kind of mentor whom `adept` may have under the scorer's policy.
MentorKind KindOfMentor(const Reference& reference, const Scorer& scorer, const Person& adept);

// A mentor of that kind with one seat, as near to the adept's wishes as one can
// be: whom a rule forbids to this one, it forbids to all.
Person BestMentorFor(const Reference& reference, const Person& adept);

// A feature that rules read, as a code: {"LANGUAGE", "prs"}.
struct Feature {
  std::string_view kind;  // One of kFeatureKinds.
  std::string code;

  friend auto operator<=>(const Feature&, const Feature&) = default;
};
inline constexpr std::string_view kOccupationFeature = "OCCUPATION";             // SSYK-4 of the target.
inline constexpr std::string_view kOccupationGroupFeature = "OCCUPATION_GROUP";  // Its first three digits.
inline constexpr std::string_view kMunicipalityFeature = "MUNICIPALITY";
inline constexpr std::string_view kCountyFeature = "COUNTY";
inline constexpr std::string_view kLanguageFeature = "LANGUAGE";  // At the policy's level.
inline constexpr std::string_view kFormatFeature = "FORMAT";      // ONSITE or DIGITAL alone.
inline constexpr std::string_view kSlotFeature = "SLOT";
inline constexpr std::string_view kGenderWishFeature = "GENDER_WISH";  // Of the mentor.
inline constexpr std::array<std::string_view, 8> kFeatureKinds = {
    kOccupationFeature, kOccupationGroupFeature, kMunicipalityFeature, kCountyFeature,
    kLanguageFeature,   kFormatFeature,          kSlotFeature,         kGenderWishFeature};

struct CommonFeature {
  Feature feature;
  int32_t members = 0;  // Of the group, who have it.

  friend bool operator==(const CommonFeature&, const CommonFeature&) = default;
};

// What tells `group` (rows of `adepts`, not empty) from the others. A feature
// counts where at least four in five of the group have it, and the share of the
// others who have it is at most half of the group's. Of each kind the one with
// the greatest difference of shares (ties: the lower code); of occupation and
// occupation group, and of municipality and county, the narrower one that
// counts; the greatest differences first (ties: in the order of kFeatureKinds),
// `most` of them.
std::vector<CommonFeature> CommonFeatures(const Reference& reference, const Policy& policy,
                                          const std::vector<Person>& adepts, const std::vector<int32_t>& group,
                                          size_t most = 4);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_SUGGEST_H_
