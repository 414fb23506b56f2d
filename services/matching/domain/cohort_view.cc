#include "services/matching/domain/cohort_view.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "engine/group_rules.h"

namespace brygga::matching {

engine::Person Known(const engine::Reference& reference, const Person& person) {
  engine::Person known = person.features;
  known.id = person.id.value();
  const auto keep = [](std::string& code, bool exists) {
    if (!exists) code.clear();
  };
  keep(known.occupation_id, reference.OccupationIndex(known.occupation_id) >= 0);
  keep(known.target_occupation_id, reference.OccupationIndex(known.target_occupation_id) >= 0);
  keep(known.ssyk4, reference.GroupIndex(known.ssyk4) >= 0);
  keep(known.target_ssyk4, reference.GroupIndex(known.target_ssyk4) >= 0);
  keep(known.sun_field, reference.KnowsSunField(known.sun_field));
  keep(known.municipality_code, reference.MunicipalityIndex(known.municipality_code) >= 0);
  std::erase_if(known.skills, [&](const std::string& skill) { return reference.SkillIndex(skill) < 0; });
  std::erase_if(known.languages, [&](const auto& language) {
    return reference.LanguageIndex(language.first) < 0 || reference.LevelRank(language.second) == 0;
  });
  std::erase_if(known.slots, [](const std::string& slot) { return engine::SlotBit(slot) < 0; });
  std::erase_if(known.goals, [](const std::string& goal) { return engine::GoalBit(goal) < 0; });
  return known;
}

std::string Sha256Hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

CohortInput ForRanking(CohortInput input) {
  for (Person& person : input.people) {
    const auto waited = input.waited.find(person.id);
    if (person.role == Side::kAdept && waited != input.waited.end()) person.features.rounds_waited += waited->second;
  }
  input.waited.clear();
  return input;
}

CohortInput ForRound(CohortInput input) {
  input = ForRanking(std::move(input));
  std::set<std::pair<Side, ParticipantId>> present;
  std::erase_if(input.people,
                [&](const Person& person) { return person.role == Side::kAdept && input.matched.contains(person.id); });
  for (Person& person : input.people) {
    present.emplace(person.role, person.id);
    if (person.role == Side::kMentor) {
      const auto seats = input.seats.find(person.id);
      person.features.capacity = seats == input.seats.end() ? 0 : FreeSeats(seats->second, person.features.capacity);
    }
  }
  const auto is_absent = [&](const auto& pair) {
    return !present.contains({Side::kAdept, pair.adept}) || !present.contains({Side::kMentor, pair.mentor});
  };
  std::erase_if(input.locks, is_absent);
  std::erase_if(input.vetoes, is_absent);
  input.seats.clear();
  input.matched.clear();
  input.matches.clear();
  return input;
}

namespace {

Fate FateOf(const Match& match, const RepairOrder& order) {
  if (!IsLive(match.state)) return Fate::kOver;
  return match.state == MatchState::kProposed && !order.keep_proposed ? Fate::kOpen : Fate::kStays;
}

// The matches that an order speaks of.
std::vector<EarlierPair> EarlierPairs(const CohortInput& input, const RepairOrder& order,
                                      const std::vector<RoundPair>& base) {
  std::set<MatchId> asked;
  for (const RoundPair& pair : base) asked.insert(pair.match);
  std::vector<EarlierPair> earlier;
  for (const Match& match : input.matches) {
    if (!TakesMentorSeat(match.kind)) continue;
    if (order.base.empty() ? !IsLive(match.state) : !asked.contains(match.id)) continue;
    earlier.push_back({.mentor = match.mentor, .adept = match.adept, .match = match.id, .fate = FateOf(match, order)});
  }
  return earlier;
}

// As if nobody had been asked: the adept has no match, the mentor a seat more.
void Open(CohortInput& input, const EarlierPair& pair) {
  const auto matched = input.matched.find(pair.adept);
  if (matched != input.matched.end() && matched->second == NameOf(input.cohort.key, pair.match)) {
    input.matched.erase(matched);
  }
  const auto seats = input.seats.find(pair.mentor);
  if (seats == input.seats.end()) return;
  --seats->second.taken;
  --seats->second.taken_here;
}

}  // namespace

CohortInput ForRepair(CohortInput input, const RepairOrder& order, const std::vector<RoundPair>& base) {
  RepairInput repair{.earlier = EarlierPairs(input, order, base), .change_price = order.change_price};
  for (const EarlierPair& pair : repair.earlier) {
    if (pair.fate == Fate::kOpen) Open(input, pair);
  }
  std::set<std::pair<ParticipantId, ParticipantId>> held;
  for (const Lock& lock : input.locks) held.emplace(lock.mentor, lock.adept);
  for (const Veto& veto : input.vetoes) held.emplace(veto.mentor, veto.adept);
  for (const Match& match : input.matches) {
    if (match.state != MatchState::kDeclined && match.state != MatchState::kEndedEarly) continue;
    if (!held.emplace(match.mentor, match.adept).second) continue;
    input.vetoes.push_back({.id = VetoId(match.id.value()),
                            .cohort = match.cohort,
                            .mentor = match.mentor,
                            .adept = match.adept,
                            .reason = std::string(NameOf(match.state))});
  }
  input = ForRound(std::move(input));
  input.repair = std::move(repair);
  return input;
}

std::string SnapshotHash(const CohortInput& input, std::string_view seed) {
  std::vector<std::string> lines = {absl::StrCat("policy|", input.policy.hash)};
  for (const Person& person : input.people) lines.push_back(absl::StrCat("person|", Canonical(person)));
  for (const Lock& lock : input.locks) {
    lines.push_back(absl::StrCat("lock|", lock.mentor.value(), "|", lock.adept.value(), "|", lock.override_reason));
  }
  for (const Veto& veto : input.vetoes) {
    lines.push_back(
        absl::StrCat("veto|", veto.mentor.value(), "|", veto.adept.value(), "|", std::string(NameOf(veto.origin))));
  }
  if (input.repair) {
    for (const EarlierPair& pair : input.repair->earlier) {
      lines.push_back(
          absl::StrCat("earlier|", pair.mentor.value(), "|", pair.adept.value(), "|", std::string(NameOf(pair.fate))));
    }
    const auto& price = input.repair->change_price;
    lines.push_back(absl::StrCat("repair|", price ? absl::StrCat(*price) : "-"));
  }
  std::sort(lines.begin(), lines.end());
  std::string text = absl::StrCat("seed|", absl::string_view(seed.data(), seed.size()), "\n");
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return Sha256Hex(text);
}

CohortView::CohortView(CohortInput input, std::vector<engine::Person> adept_features, engine::People adepts,
                       engine::People mentors, engine::Scorer scorer)
    : input_(std::move(input)),
      adept_features_(std::move(adept_features)),
      adepts_(std::move(adepts)),
      mentors_(std::move(mentors)),
      scorer_(std::move(scorer)) {
  for (int32_t row = 0; row < adepts_.count; ++row) adept_rows_.emplace(AdeptAt(row), row);
  for (int32_t row = 0; row < mentors_.count; ++row) mentor_rows_.emplace(MentorAt(row), row);
  std::set<std::pair<ParticipantId, ParticipantId>> overridden;
  for (const Lock& lock : input_.locks) {
    const auto adept = AdeptRow(lock.adept), mentor = MentorRow(lock.mentor);
    if (!adept || !mentor) continue;
    locks_.push_back({.adept = *adept, .mentor = *mentor, .override_rules = !lock.override_reason.empty()});
    if (!lock.override_reason.empty()) overridden.emplace(lock.adept, lock.mentor);
  }
  for (const Veto& veto : input_.vetoes) {
    const auto adept = AdeptRow(veto.adept), mentor = MentorRow(veto.mentor);
    if (!adept || !mentor) continue;
    if (veto.origin == VetoOrigin::kCoordinator && overridden.contains({veto.adept, veto.mentor})) continue;
    vetoes_.emplace_back(*adept, *mentor);
  }
}

absl::StatusOr<std::shared_ptr<const CohortView>> CohortView::Build(const engine::Reference& reference,
                                                                    CohortInput input) {
  BRYGGA_ASSIGN_OR_RETURN(const engine::Policy policy, engine::ParsePolicy(input.policy.document));
  BRYGGA_ASSIGN_OR_RETURN(engine::Scorer scorer, engine::Scorer::Create(reference, policy));
  std::vector<engine::Person> adepts, mentors;
  for (const Person& person : input.people) {
    (person.role == Side::kAdept ? adepts : mentors).push_back(Known(reference, person));
  }
  BRYGGA_ASSIGN_OR_RETURN(engine::People adept_columns, engine::BuildPeople(reference, adepts));
  BRYGGA_ASSIGN_OR_RETURN(engine::People mentor_columns, engine::BuildPeople(reference, mentors));
  // Shared: a ranking goes on with the view it began with while a newer one takes its place.
  return std::shared_ptr<const CohortView>(new CohortView(std::move(input), std::move(adepts), std::move(adept_columns),
                                                          std::move(mentor_columns), std::move(scorer)));
}

engine::PairScore CohortView::ScorePair(int32_t adept, int32_t mentor) const {
  engine::PairScore score = scorer_.ScorePair(adepts_, adept, mentors_, mentor);
  if (std::find(vetoes_.begin(), vetoes_.end(), std::pair(adept, mentor)) != vetoes_.end()) {
    score.broken.insert(score.broken.begin(), {.rule = engine::HardRule::kVeto});
    score.score = 0;
    score.contributions.clear();
  }
  return score;
}

const Lock* CohortView::LockOf(int32_t adept) const {
  const ParticipantId id = AdeptAt(adept);
  for (const Lock& lock : input_.locks) {
    if (lock.adept == id) return &lock;
  }
  return nullptr;
}

engine::Problem CohortView::Problem(engine::Edges edges, std::string_view seed) const {
  engine::Problem problem =
      engine::MakeProblem(adepts_, mentors_, std::move(edges), locks_, vetoes_, std::string(seed));
  problem.groups = engine::MakeGroups(scorer_.policy(), adepts_, mentors_);
  if (!input_.repair) return problem;
  engine::Repair& repair = problem.repair.emplace(engine::Repair{.price = input_.repair->change_price});
  for (const EarlierPair& pair : input_.repair->earlier) {
    if (pair.fate != Fate::kOpen) continue;
    const auto adept = AdeptRow(pair.adept), mentor = MentorRow(pair.mentor);
    if (adept && mentor) repair.previous.emplace_back(*adept, *mentor);
  }
  std::sort(repair.previous.begin(), repair.previous.end());
  return problem;
}

absl::StatusOr<engine::PairScore> ScoreOf(const engine::Reference& reference, const PairFacts& facts) {
  CohortInput input{.policy = facts.policy, .people = {facts.adept, facts.mentor}};
  BRYGGA_ASSIGN_OR_RETURN(const auto view, CohortView::Build(reference, std::move(input)));
  return view->ScorePair(0, 0);
}

}  // namespace brygga::matching
