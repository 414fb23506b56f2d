// What matching says to people: keys with arguments. The words are data
// (data/messages), so that a text gets better without a release and every
// language says the same.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_SENTENCE_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_SENTENCE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/explain.h"
#include "engine/force_again.h"
#include "engine/score.h"
#include "engine/suggest.h"
#include "engine/what_if.h"

namespace brygga::matching {

using SentenceArguments = std::map<std::string, std::string>;

struct Sentence {
  std::string key;
  SentenceArguments arguments = {};

  friend bool operator==(const Sentence&, const Sentence&) = default;
};

// Every key that Say and the functions below can make, with the names of its
// arguments, sorted: what the texts of each language are held against.
const std::map<std::string, std::vector<std::string>>& AllSentences();

// `key` with `arguments`, less what the key does not take. A key that is not in
// AllSentences, or an argument that is missing, is a bug.
Sentence Say(std::string key, SentenceArguments arguments = {});

// One part of a score: "criterion.OCCUPATION.SAME_SSYK4".
Sentence SentenceOf(const engine::Contribution& contribution);
// One broken rule: "rule.TOO_FAR".
Sentence SentenceOf(const engine::BrokenRule& broken);
// What a round would become: "forced.SCORE".
Sentence SentenceOf(const engine::Change& change, bool counts_pairs);
// The same of a round that was solved again: what the objective itself loses, and
// the totals.
std::vector<Sentence> SentencesOf(const engine::ForcedAgain& made, engine::Objective objective);
// One who would sit elsewhere; people by the names they have as resources.
Sentence SentenceOfMove(const std::string& adept, const std::string& from, const std::string& to, int64_t change);
// What a mentor must be like, one sentence for each thing that is asked for.
std::vector<Sentence> SentencesOf(const engine::MentorKind& kind);
// A rule let go.
Sentence SentenceOf(const engine::RuleOption& option);
// Why an adept has no pair, in one sentence. `reason` is a code of
// engine::UnmatchedReason; `rules` names the rules that forbid most mentors.
Sentence UnmatchedSentence(std::string_view reason, const std::vector<engine::RuleCount>& rules, size_t group,
                           int64_t seats, size_t mentors);
// Who shares too few seats. `features` may be empty.
Sentence BottleneckSentence(size_t adepts, int64_t seats, const std::vector<engine::CommonFeature>& features);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_SENTENCE_H_
