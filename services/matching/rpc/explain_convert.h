// Explanations as messages: keys and arguments, with the words of one language.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_EXPLAIN_CONVERT_H_
#define BRYGGA_SERVICES_MATCHING_RPC_EXPLAIN_CONVERT_H_

#include <string>

#include "brygga/matching/v1/explanation.pb.h"
#include "brygga/matching/v1/policy.pb.h"
#include "brygga/matching/v1/sentence.pb.h"
#include "engine/suggest.h"
#include "engine/what_if.h"
#include "services/matching/domain/catalogue.h"
#include "services/matching/domain/cohort_view.h"
#include "services/matching/domain/fairness.h"
#include "services/matching/domain/sentence.h"

namespace brygga::matching {

v1::Sentence ToProto(const Sentence& sentence, const Catalogue& words);
v1::Contribution ToProto(const engine::Contribution& contribution, const Catalogue& words);
v1::BrokenRule ToProto(const engine::BrokenRule& broken, const Catalogue& words);

// What one round would become; rows are those of `view`, scores those of `problem`.
// What FAIREST and STABLE have to say besides.
void AddAgain(const engine::ForcedAgain& made, engine::Objective objective, v1::ForcedPair& proto);
v1::ForcedPair ToProto(const engine::Forced& forced, bool counts_pairs, const CohortView& view,
                       const engine::Problem& problem, const Catalogue& words);

v1::MentorProfile ToProto(const engine::MentorKind& kind);
v1::SharedFeature ToProto(const engine::CommonFeature& common, const Catalogue& words);
// The report named `name`; its sentences are the caller's.
v1::FairnessReport ToProto(const FairnessReport& report, const std::string& name, const Catalogue& words);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_EXPLAIN_CONVERT_H_
