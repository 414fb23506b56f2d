#include "engine/ranking.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <string_view>
#include <utility>

#include "common/status/check.h"
#include "engine/evaluation.h"

namespace brygga::engine {
namespace {

constexpr int kLevels = 8;  // CEFR ranks, 0 for a language that somebody does not have.
constexpr int kSlotCounts = 32;
constexpr uint32_t kUnknownSlots = uint32_t{1} << 31;
constexpr uint64_t kUnknownSpeech = uint64_t{1} << 63;

uint64_t BitOf(int32_t language) { return uint64_t{1} << (language % 63); }

uint64_t HashOf(const std::string& organisation) {
  return organisation.empty() ? 0 : std::hash<std::string>()(organisation) | 1;
}

// The first three positions of a SUN field, 0 where there is none.
uint32_t Packed(const std::string& sun_field) {
  uint32_t packed = 0;
  for (size_t i = 0; i < 3; ++i) {
    packed = packed << 8 | (i < sun_field.size() ? static_cast<unsigned char>(sun_field[i]) : 0);
  }
  return packed;
}

uint8_t LookOf(const People& people, size_t row) {
  return static_cast<uint8_t>(static_cast<int>(people.format[row]) | static_cast<int>(people.gender[row]) << 2 |
                              static_cast<int>(people.preferred_gender[row]) << 4);
}

bool Conflict(MeetingFormat a, MeetingFormat b) {
  return (a == MeetingFormat::kOnsite && b == MeetingFormat::kDigital) ||
         (a == MeetingFormat::kDigital && b == MeetingFormat::kOnsite);
}

bool Unlike(Gender wanted, Gender is) { return wanted != Gender::kUnknown && wanted != is; }

bool Outside(int32_t age, std::optional<int> least, std::optional<int> most) {
  return age >= 0 && ((least && age < *least) || (most && age > *most));
}

bool Lists(const std::vector<std::string>& list, const std::string& word) {
  return !word.empty() && std::find(list.begin(), list.end(), word) != list.end();
}

bool Has(const std::array<uint64_t, kBlockRows / 64>& bits, size_t place) {
  return (bits[place / 64] >> (place % 64) & 1) != 0;
}

// Of a crowd's side: what closeness is read from or to.
const std::vector<int32_t>& OccupationsOf(CrowdSide side, const People& people) {
  return side == CrowdSide::kMentors ? people.occupation : people.target_occupation;
}
const std::vector<int32_t>& GroupsOf(CrowdSide side, const People& people) {
  return side == CrowdSide::kMentors ? people.group : people.target_group;
}

}  // namespace

// What the policy says of few enough cases to look them up.
struct Ranker::Tables {
  explicit Tables(const Evaluation& evaluation_of) : evaluation(evaluation_of) {
    const Policy& policy = evaluation.policy();
    for (size_t common = 0; common < kSlotCounts; ++common) {
      for (size_t of = 1; of < kSlotCounts; ++of) {
        slot_share[common][of] = static_cast<double>(common) / static_cast<double>(of);
      }
    }
    for (int adept = 0; adept < kLevels; ++adept) {
      for (int mentor = 0; mentor < kLevels; ++mentor) {
        double& value = practise[static_cast<size_t>(adept)][static_cast<size_t>(mentor)];
        value = -1;
        if (adept >= evaluation.practised_until() || mentor == 0 || mentor < evaluation.mentor_rank()) continue;
        value = (adept >= evaluation.adept_rank() ? policy.practise_common : policy.practise_possible) *
                policy.mentor_level_value[static_cast<size_t>(mentor) - 1];
      }
    }
    for (size_t goal = 0; goal < kGoals.size(); ++goal) {
      if (policy.goals[goal] && policy.goals[goal]->minimum_closeness) {
        near_goals.emplace_back(uint16_t(1u << goal), *policy.goals[goal]->minimum_closeness);
      }
    }
  }

  const Evaluation& evaluation;
  std::array<std::array<double, kSlotCounts>, kSlotCounts> slot_share = {};  // [common][of]
  std::array<std::array<double, kLevels>, kLevels> practise = {};  // [adept's][mentor's], -1 where it adds nothing.
  std::vector<std::pair<uint16_t, double>> near_goals;             // Bits of goals and the closeness they ask for.
};

// The person whose counterparts are ranked, spread out so that they are looked up.
struct Ranker::Subject {
  CrowdSide side = CrowdSide::kAdepts;
  const People* people = nullptr;
  const Lanes* lanes = nullptr;
  size_t place = 0;

  bool is_close_known = false;
  std::vector<double> by_group, by_occupation;  // Closeness by the counterpart's group and occupation name.
  std::vector<uint8_t> has_skill;
  std::vector<uint8_t> speaks;     // By language: at the level that a common one asks for.
  std::array<bool, 64> look = {};  // By the counterpart's look: whether format and gender agree.
  bool any_slots = false, any_speech = false, is_nobodys = false;

  int32_t skill_begin() const { return people->skill_offset[place]; }
  int32_t skill_end() const { return people->skill_offset[place + 1]; }
};

// One pass over a crowd.
template <CrowdSide kRanked>
class Ranker::Scan {
 public:
  Scan(const Tables& tables, const Subject& subject, const Crowd& crowd, const RankOptions& options)
      : tables_(tables),
        evaluation_(tables.evaluation),
        policy_(tables.evaluation.policy()),
        reference_(tables.evaluation.reference()),
        subject_(subject),
        mine_(*subject.people),
        a_(subject.place),
        crowd_(crowd),
        options_(options) {}

  Ranking Run() {
    BRYGGA_CHECK(options_.k > 0);
    if (!subject_.is_nobodys) {
      for (size_t block = 0; block < crowd_.blocks().size(); ++block) {
        RunBlock(*crowd_.blocks()[block], static_cast<int32_t>(block) * kBlockRows);
      }
    }
    std::sort(ranking_.best.begin(), ranking_.best.end(), Better{*this});
    return std::move(ranking_);
  }

 private:
  static constexpr bool kMentors = kRanked == CrowdSide::kMentors;

  struct Better {
    const Scan& scan;
    bool operator()(const Candidate& a, const Candidate& b) const {
      if (a.score != b.score) return a.score > b.score;
      return scan.IsBefore(scan.crowd_.TieKeyOf(a.row), scan.crowd_.IdOf(a.row), scan.crowd_.TieKeyOf(b.row),
                           scan.crowd_.IdOf(b.row));
    }
  };
  static bool IsBefore(const std::string& key, const std::string& id, const std::string& other_key,
                       const std::string& other_id) {
    return key != other_key ? key < other_key : id < other_id;
  }

  void RunBlock(const Block& block, int32_t first_row) {
    const Lanes& lanes = block.lanes;
    const uint32_t slots = subject_.lanes->slots[a_] | kUnknownSlots;
    const uint64_t speech = subject_.lanes->speaks[a_] | kUnknownSpeech;
    const uint64_t any_slots = subject_.any_slots, any_speech = subject_.any_speech;
    for (size_t word = 0; word < lanes.fine.size(); ++word) {
      uint64_t left = 0;
      for (size_t bit = 0; bit < 64; ++bit) {
        const size_t place = word * 64 + bit;
        // Numbers, and no branches.
        const uint64_t meets = any_slots | uint64_t{(lanes.slots[place] & slots) != 0};
        const uint64_t speaks = any_speech | uint64_t{(lanes.speaks[place] & speech) != 0};
        left |= (uint64_t{subject_.look[lanes.look[place]]} & meets & speaks) << bit;
      }
      for (left &= lanes.fine[word]; left != 0; left &= left - 1) {
        const size_t place = word * 64 + static_cast<size_t>(std::countr_zero(left));
        RunPair(block, place, first_row + static_cast<int32_t>(place));
      }
    }
  }

  void RunPair(const Block& block, size_t place, int32_t row) {
    const People& theirs = block.people;
    const Lanes& lanes = block.lanes;
    const double closeness = ClosenessOf(theirs, lanes, place);  // -1: unknown.
    if (policy_.minimum_closeness &&
        (closeness >= 0 ? closeness < *policy_.minimum_closeness : policy_.closeness_unknown == WhenUnknown::kForbid)) {
      return;
    }
    double distance = 0;
    if (!Reaches(theirs, place, distance)) return;
    if (!EmployersAgree(theirs, lanes, place)) return;
    const bool is_speechless = Has(subject_.lanes->speechless, a_) || Has(lanes.speechless, place);
    if (!is_speechless && !Speaks(theirs, place)) return;
    const int common_slots = std::popcount(mine_.slots[a_] & theirs.slots[place]);
    const int of_slots = std::min(std::popcount(mine_.slots[a_]), std::popcount(theirs.slots[place]));
    if (policy_.minimum_common_slots > 1 && of_slots > 0 && common_slots < policy_.minimum_common_slots) return;
    Skills skills;
    if (policy_.minimum_shared_competences > 0) {
      skills = SharedSkills(theirs, place);
      if (skills.shared < policy_.minimum_shared_competences) return;
    }
    if (!options_.vetoed.empty() && std::binary_search(options_.vetoed.begin(), options_.vetoed.end(), row)) return;
    ++ranking_.allowed;

    std::array<double, kCriterionCount> value;
    const auto at = [&](Criterion criterion) -> double& { return value[static_cast<size_t>(criterion)]; };
    at(Criterion::kLanguage) = is_speechless ? policy_.unknown_value : Practises(lanes, place);
    at(Criterion::kDistance) = distance;
    at(Criterion::kSlots) = of_slots == 0
                                ? policy_.unknown_value
                                : tables_.slot_share[static_cast<size_t>(common_slots)][static_cast<size_t>(of_slots)];
    at(Criterion::kGoals) = Goals(theirs, lanes, place, closeness);
    at(Criterion::kEducationField) = Education(lanes.education[place]);
    at(Criterion::kContinuity) = kMentors ? lanes.share[place] : subject_.lanes->share[a_];
    at(Criterion::kRoundsWaited) = kMentors ? subject_.lanes->share[a_] : lanes.share[place];
    const int64_t smaller = std::min(mine_.skill_weight[a_], theirs.skill_weight[place]);
    if (smaller > 0 && IsFull()) {
      // As if everything were shared: rounding goes one way, so this is a bound.
      at(Criterion::kOccupation) = Occupation(closeness, 1);
      at(Criterion::kCompetences) = 1;
      if (evaluation_.Score(value) < ranking_.best.front().score) return;
    }
    if (smaller > 0 && policy_.minimum_shared_competences == 0) skills = SharedSkills(theirs, place);
    const double overlap = smaller > 0 ? static_cast<double>(skills.weight) / static_cast<double>(smaller) : 0;
    at(Criterion::kCompetences) = smaller > 0 ? overlap : policy_.unknown_value;
    at(Criterion::kOccupation) = Occupation(closeness, overlap);
    Offer({row, evaluation_.Score(value)});
  }

  bool IsFull() const { return ranking_.best.size() >= static_cast<size_t>(options_.k); }

  // `best` is a heap with the worst in front.
  void Offer(const Candidate& candidate) {
    const Better better{*this};
    std::vector<Candidate>& best = ranking_.best;
    if (IsFull() && !better(candidate, best.front())) return;
    if (options_.after && !IsAfter(candidate)) return;
    if (options_.admits && !options_.admits(candidate)) return;
    if (IsFull()) {
      std::pop_heap(best.begin(), best.end(), better);
      best.pop_back();
    }
    best.push_back(candidate);
    std::push_heap(best.begin(), best.end(), better);
  }

  bool IsAfter(const Candidate& candidate) const {
    const Place& after = *options_.after;
    if (candidate.score != after.score) return candidate.score < after.score;
    return IsBefore(after.tie_key, after.id, crowd_.TieKeyOf(candidate.row), crowd_.IdOf(candidate.row));
  }

  double ClosenessOf(const People& theirs, const Lanes& lanes, size_t place) const {
    const int16_t group = lanes.group[place];
    if (!subject_.is_close_known || group < 0) return -1;
    const double by_group = subject_.by_group[static_cast<size_t>(group)];
    const int32_t occupation = OccupationsOf(kRanked, theirs)[place];
    return occupation < 0 ? by_group : std::max(by_group, subject_.by_occupation[static_cast<size_t>(occupation)]);
  }

  // False where the two are too far apart; else what the distance is worth.
  bool Reaches(const People& theirs, size_t place, double& worth) const {
    const MeetingFormat here_as = mine_.format[a_], there_as = theirs.format[place];
    worth = policy_.online_value;
    if (here_as == MeetingFormat::kDigital || there_as == MeetingFormat::kDigital) return true;
    const bool is_onsite = here_as == MeetingFormat::kOnsite || there_as == MeetingFormat::kOnsite;
    const int32_t here = mine_.municipality[a_], there = theirs.municipality[place];
    if (here < 0 || there < 0) {
      if (is_onsite) worth = policy_.unknown_value;
      return !is_onsite || !policy_.distance_limit || policy_.distance_unknown == WhenUnknown::kAllow;
    }
    const int32_t mine = mine_.max_distance_km[a_], other = theirs.max_distance_km[place];
    const int32_t limit = mine < 0 || other < 0 ? std::max(mine, other) : std::min(mine, other);
    const bool near = !policy_.distance_limit || limit < 0 || reference_.DistanceKm(here, there) <= limit;
    if (is_onsite) {
      worth = evaluation_.Nearness(here, there);
      return near;
    }
    if (near) worth = std::max(worth, evaluation_.Nearness(here, there));
    return true;
  }

  bool EmployersAgree(const People& theirs, const Lanes& lanes, size_t place) const {
    if (policy_.different_employer && lanes.employer[place] != 0 &&
        lanes.employer[place] == subject_.lanes->employer[a_] && theirs.organisation[place] == mine_.organisation[a_]) {
      return false;
    }
    if (!policy_.excluded_organisations) return true;
    return !(Has(subject_.lanes->excludes, a_) &&
             Lists(mine_.excluded_organisations[a_], theirs.organisation[place])) &&
           !(Has(lanes.excludes, place) && Lists(theirs.excluded_organisations[place], mine_.organisation[a_]));
  }

  bool Speaks(const People& theirs, size_t place) const {
    const int32_t rank = kMentors ? evaluation_.mentor_rank() : evaluation_.adept_rank();
    for (int32_t i = theirs.language_offset[place]; i < theirs.language_offset[place + 1]; ++i) {
      const LanguageLevel& level = theirs.language[static_cast<size_t>(i)];
      if (level.rank >= rank && subject_.speaks[static_cast<size_t>(level.language)] != 0) return true;
    }
    return false;
  }

  struct Skills {
    int shared = 0;
    int64_t weight = 0;
  };
  Skills SharedSkills(const People& theirs, size_t place) const {
    Skills skills;
    for (int32_t i = theirs.skill_offset[place]; i < theirs.skill_offset[place + 1]; ++i) {
      const int32_t skill = theirs.skill[static_cast<size_t>(i)];
      if (subject_.has_skill[static_cast<size_t>(skill)] == 0) continue;
      ++skills.shared;
      skills.weight += reference_.SkillWeight(skill);
    }
    return skills;
  }

  double Practises(const Lanes& lanes, size_t place) const {
    const size_t languages = evaluation_.practise().size();
    double best = policy_.practise_other;
    bool wants = false;
    for (size_t i = 0; i < languages; ++i) {
      const uint8_t mine = subject_.lanes->practised[a_ * languages + i];
      const uint8_t other = lanes.practised[place * languages + i];
      const uint8_t adept = kMentors ? mine : other, mentor = kMentors ? other : mine;
      wants |= adept < evaluation_.practised_until();
      best = std::max(best, tables_.practise[adept][mentor]);
    }
    return wants ? best : 1;
  }

  double Occupation(double closeness, double overlap) const {
    return closeness < 0 ? policy_.unknown_value : std::min(1.0, closeness + policy_.ladder.competence_bonus * overlap);
  }

  double Goals(const People& theirs, const Lanes& lanes, size_t place, double closeness) const {
    const uint32_t goals = kMentors ? mine_.goals[a_] : theirs.goals[place];
    if (goals == 0) return policy_.unknown_value;
    uint32_t unmet = kMentors ? lanes.goals_unmet[place] : subject_.lanes->goals_unmet[a_];
    uint32_t unknown = kMentors ? lanes.goals_unknown[place] : subject_.lanes->goals_unknown[a_];
    for (const auto& [bit, minimum] : tables_.near_goals) {
      if (closeness < 0) {
        unknown |= bit;
      } else if (closeness < minimum) {
        unmet |= bit;
      }
    }
    unknown &= ~unmet;
    const int met = std::popcount(goals & ~unmet & ~unknown);
    return (met + policy_.unknown_value * std::popcount(goals & unknown)) / std::popcount(goals);
  }

  double Education(uint32_t theirs) const {
    const uint32_t mine = subject_.lanes->education[a_];
    if (mine == 0 || theirs == 0) return policy_.unknown_value;
    const uint32_t differs = mine ^ theirs;
    if (differs == 0 && (mine & 0xFF) != 0) return policy_.education_same_3;
    if (differs >> 8 == 0 && (mine >> 8 & 0xFF) != 0) return policy_.education_same_2;
    return differs >> 16 == 0 ? policy_.education_same_1 : 0;
  }

  const Tables& tables_;
  const Evaluation& evaluation_;
  const Policy& policy_;
  const Reference& reference_;
  const Subject& subject_;
  const People& mine_;
  const size_t a_;
  const Crowd& crowd_;
  const RankOptions& options_;
  Ranking ranking_;
};

Ranker::Ranker(const Scorer& scorer) : scorer_(scorer), tables_(std::make_unique<const Tables>(scorer.evaluation())) {}
Ranker::~Ranker() = default;

absl::StatusOr<Crowd> Ranker::Change(const Crowd& crowd, const std::vector<Person>& changed,
                                     const std::vector<std::string>& gone) const {
  return crowd.With(tables_->evaluation.reference(), changed, gone,
                    [&](const People& people) { return MakeLanes(crowd.side(), people); });
}

Lanes Ranker::MakeLanes(CrowdSide side, const People& people) const {
  const Evaluation& evaluation = tables_->evaluation;
  const Policy& policy = evaluation.policy();
  const bool is_mentors = side == CrowdSide::kMentors;
  const int rank = is_mentors ? evaluation.mentor_rank() : evaluation.adept_rank();
  Lanes lanes;
  lanes.practised.resize(static_cast<size_t>(people.count) * evaluation.practise().size());
  for (size_t row = 0; row < static_cast<size_t>(people.count); ++row) {
    const auto mark = [row](auto& bits, bool on) { bits[row / 64] |= uint64_t{on} << (row % 64); };
    const bool fits = is_mentors ? evaluation.AdmitsMentor(people, row)
                                 : !Outside(people.age[row], policy.minimum_adept_age, policy.maximum_adept_age);
    mark(lanes.fine, fits);
    mark(lanes.excludes, !people.excluded_organisations[row].empty());
    const int32_t begin = people.language_offset[row], end = people.language_offset[row + 1];
    mark(lanes.speechless, begin == end);
    for (int32_t i = begin; i < end; ++i) {
      const LanguageLevel& level = people.language[static_cast<size_t>(i)];
      if (level.rank >= rank && evaluation.MayBeCommon(level.language)) lanes.speaks[row] |= BitOf(level.language);
      for (size_t p = 0; p < evaluation.practise().size(); ++p) {
        if (evaluation.practise()[p] != level.language) continue;
        lanes.practised[row * evaluation.practise().size() + p] = static_cast<uint8_t>(level.rank);
      }
    }
    if (begin == end && policy.language_unknown == WhenUnknown::kAllow) lanes.speaks[row] |= kUnknownSpeech;
    lanes.slots[row] = people.slots[row];
    if (people.slots[row] == 0 && policy.slots_unknown == WhenUnknown::kAllow) lanes.slots[row] |= kUnknownSlots;
    lanes.look[row] = LookOf(people, row);
    lanes.education[row] = Packed(people.sun_field[row]);
    lanes.employer[row] = HashOf(people.organisation[row]);
    lanes.group[row] = static_cast<int16_t>(GroupsOf(side, people)[row]);
    if (is_mentors) {
      const auto [unmet, unknown] = evaluation.GoalsOf(people, row);
      lanes.goals_unmet[row] = unmet;
      lanes.goals_unknown[row] = unknown;
    }
    lanes.share[row] = is_mentors ? evaluation.Continuity(people, row) : evaluation.Waiting(people, row);
  }
  return lanes;
}

Ranker::Subject Ranker::Show(CrowdSide side, const Crowd& crowd, int32_t row) const {
  const Evaluation& evaluation = tables_->evaluation;
  const Policy& policy = evaluation.policy();
  const Reference& reference = evaluation.reference();
  BRYGGA_CHECK(crowd.side() == side && row >= 0 && row < crowd.rows());
  const Block& block = crowd.BlockOf(row);
  const size_t place = static_cast<size_t>(Crowd::PlaceOf(row));
  BRYGGA_CHECK(place < static_cast<size_t>(block.people.count));
  Subject subject{.side = side, .people = &block.people, .lanes = &block.lanes, .place = place};
  const People& people = block.people;

  const int32_t group = GroupsOf(side, people)[place], occupation = OccupationsOf(side, people)[place];
  subject.is_close_known = group >= 0;
  subject.by_group.resize(static_cast<size_t>(reference.group_count()));
  subject.by_occupation.resize(static_cast<size_t>(reference.occupation_count()));
  if (group >= 0) evaluation.closeness().Spread(side == CrowdSide::kMentors, group, subject.by_group);
  if (group >= 0 && occupation >= 0) {
    evaluation.closeness().SpreadNames(side == CrowdSide::kMentors, occupation, subject.by_occupation);
  }
  subject.has_skill.resize(static_cast<size_t>(reference.skill_count()));
  for (int32_t i = subject.skill_begin(); i < subject.skill_end(); ++i) {
    subject.has_skill[static_cast<size_t>(people.skill[static_cast<size_t>(i)])] = 1;
  }
  subject.speaks.resize(static_cast<size_t>(reference.language_count()));
  const int rank = side == CrowdSide::kMentors ? evaluation.mentor_rank() : evaluation.adept_rank();
  for (int32_t i = people.language_offset[place]; i < people.language_offset[place + 1]; ++i) {
    const LanguageLevel& level = people.language[static_cast<size_t>(i)];
    if (level.rank >= rank && evaluation.MayBeCommon(level.language)) {
      subject.speaks[static_cast<size_t>(level.language)] = 1;
    }
  }
  for (size_t look = 0; look < subject.look.size(); ++look) {
    const auto format = static_cast<MeetingFormat>(look & 3);
    const auto gender = static_cast<Gender>(look >> 2 & 3), preferred = static_cast<Gender>(look >> 4 & 3);
    const bool suits = !policy.gender_preference ||
                       (!Unlike(people.preferred_gender[place], gender) && !Unlike(preferred, people.gender[place]));
    subject.look[look] = suits && !Conflict(people.format[place], format);
  }
  const bool has_slots = people.slots[place] != 0, has_speech = !Has(block.lanes.speechless, place);
  subject.any_slots = policy.minimum_common_slots == 0 || !has_slots;
  subject.any_speech = !has_speech;
  subject.is_nobodys =
      !Has(block.lanes.fine, place) ||
      (policy.minimum_common_slots > 0 && !has_slots && policy.slots_unknown == WhenUnknown::kForbid) ||
      (!has_speech && policy.language_unknown == WhenUnknown::kForbid);
  return subject;
}

Ranking Ranker::RankMentors(const Crowd& adepts, int32_t adept, const Crowd& mentors,
                            const RankOptions& options) const {
  BRYGGA_CHECK(mentors.side() == CrowdSide::kMentors);
  const Subject subject = Show(CrowdSide::kAdepts, adepts, adept);
  return Scan<CrowdSide::kMentors>(*tables_, subject, mentors, options).Run();
}

Ranking Ranker::RankAdepts(const Crowd& mentors, int32_t mentor, const Crowd& adepts,
                           const RankOptions& options) const {
  BRYGGA_CHECK(adepts.side() == CrowdSide::kAdepts);
  const Subject subject = Show(CrowdSide::kMentors, mentors, mentor);
  return Scan<CrowdSide::kAdepts>(*tables_, subject, adepts, options).Run();
}

PairScore Ranker::ScorePair(const Crowd& adepts, int32_t adept, const Crowd& mentors, int32_t mentor) const {
  return scorer_.ScorePair(adepts.PeopleOf(adept), Crowd::PlaceOf(adept), mentors.PeopleOf(mentor),
                           Crowd::PlaceOf(mentor));
}

}  // namespace brygga::engine
