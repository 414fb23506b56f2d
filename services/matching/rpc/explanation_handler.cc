#include "services/matching/rpc/explanation_handler.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/list.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "engine/solve.h"
#include "engine/suggest.h"
#include "services/matching/domain/fairness.h"
#include "services/matching/domain/sentence.h"
#include "services/matching/rpc/access.h"
#include "services/matching/rpc/convert.h"
#include "services/matching/rpc/explain_convert.h"

namespace brygga::matching {
namespace {

absl::Status AdeptHasPair(const std::string& adept) {
  return FailedPrecondition(
      "ADEPT_HAS_PAIR",
      {.type = "PAIR", .subject = adept, .description = "the adept has a pair in this round; ExplainPair says why"});
}

std::string Text(int64_t number) { return std::to_string(number); }

// An administrator or a service is not the cohort's own coordinator.
ReportFor ReaderOf(const rpc::Call& call, const CohortKey& key) {
  const std::string cohort = NameOf(key);
  for (const std::string& bound : call.caller().BoundTo(rpc::Role::kCoordinator)) {
    if (cohort == bound || cohort.starts_with(bound + "/")) return ReportFor::kCoordinator;
  }
  return ReportFor::kOthers;
}

// What other objectives would cost the cohort.
std::vector<Sentence> PriceSentences(const RoundStatistics& statistics) {
  std::vector<Sentence> sentences;
  if (const auto& price = statistics.price_of_stability) {
    sentences.push_back(Say(
        "price.STABILITY",
        {{"adepts", Text(price->pairs)}, {"part", Text(price->pairs_part)}, {"points", Text(-price->total_score)}}));
  }
  if (const auto& price = statistics.price_of_fairness) {
    sentences.push_back(Say("price.FAIRNESS", {{"gain", Text(price->worst_score_gain)},
                                               {"points", Text(-price->total_score)},
                                               {"part", Text(price->total_part)}}));
  }
  return sentences;
}

// Who asks about whom, and in which language.
struct Question {
  const RoundView& round;
  int32_t adept;
  const engine::Unmatched& unmatched;
  const Catalogue& words;
  bool coordinates;  // False: the adept asks, and hears of nobody else.
};

Unmatched ToDomain(const Question& question) {
  const CohortView& view = question.round.view();
  const engine::Unmatched& unmatched = question.unmatched;
  Unmatched made{.adept = view.AdeptAt(unmatched.adept),
                 .reason = std::string(engine::UnmatchedReasonCode(unmatched.reason)),
                 .rules = unmatched.rules,
                 .group_seats = unmatched.seats,
                 .rounds_waited = view.adepts().rounds_waited[static_cast<size_t>(unmatched.adept)]};
  if (!question.coordinates) return made;
  for (const int32_t row : unmatched.group) made.group.push_back(view.AdeptAt(row));
  for (const int32_t row : unmatched.mentors) made.group_mentors.push_back(view.MentorAt(row));
  return made;
}

void SayWhy(const Question& question, v1::ExplainUnmatchedResponse& response) {
  const engine::Unmatched& unmatched = question.unmatched;
  const auto say = [&](const Sentence& sentence) { *response.add_sentences() = ToProto(sentence, question.words); };
  const bool is_few = !question.coordinates && unmatched.reason == engine::UnmatchedReason::kBottleneck &&
                      unmatched.group.size() < static_cast<size_t>(kSmallGroup);
  say(is_few ? Say("bottleneck.FEW")
             : UnmatchedSentence(engine::UnmatchedReasonCode(unmatched.reason), unmatched.rules, unmatched.group.size(),
                                 unmatched.seats, unmatched.mentors.size()));
  for (const engine::RuleCount& count : unmatched.rules) {
    say(Say("unmatched.RULE", {{"rule", std::string(engine::HardRuleCode(count.rule))},
                               {"mentors", Text(count.mentors)},
                               {"alone", Text(count.alone)}}));
  }
  *response.mutable_unmatched()->mutable_sentence() = response.sentences(0);
  if (is_few) response.mutable_unmatched()->clear_group_seats();
}

// What the group has in common, less what would point at a person to somebody
// who is not a coordinator: a small group, and the few of a group who are not so.
void DescribeBottleneck(const Question& question, const engine::Reference& reference, v1::Bottleneck& bottleneck) {
  const std::vector<int32_t>& group = question.unmatched.group;
  const CohortView& view = question.round.view();
  if (!question.coordinates && group.size() < static_cast<size_t>(kSmallGroup)) {
    *bottleneck.mutable_sentence() = ToProto(Say("bottleneck.FEW"), question.words);
    return;
  }
  std::vector<engine::CommonFeature> features =
      engine::CommonFeatures(reference, view.scorer().policy(), view.adept_features(), group);
  if (!question.coordinates) {
    std::erase_if(features, [&](const auto& common) { return static_cast<size_t>(common.members) < group.size(); });
  }
  bottleneck.set_adepts(static_cast<int32_t>(group.size()));
  bottleneck.set_seats(static_cast<int32_t>(question.unmatched.seats));
  bottleneck.set_mentors(static_cast<int32_t>(question.unmatched.mentors.size()));
  for (const auto& common : features) *bottleneck.add_features() = ToProto(common, question.words);
  *bottleneck.mutable_sentence() =
      ToProto(BottleneckSentence(group.size(), question.unmatched.seats, features), question.words);
}

// 1 for whoever comes first: most rounds waited, then the lowest ticket.
int PositionOf(const RoundView& round, int32_t adept) {
  const engine::Problem& problem = round.solved.problem;
  const auto order = [&](int32_t row) {
    const size_t a = static_cast<size_t>(row);
    return std::tuple(-problem.rounds_waited[a], engine::Ticket(problem.seed, problem.adept_key[a]),
                      std::string_view(problem.adept_key[a]));
  };
  return 1 + static_cast<int>(std::count_if(round.unmatched.begin(), round.unmatched.end(),
                                            [&](const auto& other) { return order(other.adept) < order(adept); }));
}

std::string_view NextRoundKey(const std::optional<Round>& next, bool coordinates) {
  if (!next) return "waiting.NEXT_NONE";
  if (next->state == RoundState::kPublished) return "waiting.NEXT_PUBLISHED";
  return next->state == RoundState::kProposed && coordinates ? "waiting.NEXT_PROPOSED" : "waiting.NEXT_UNDER_WAY";
}

void SayWaiting(const Question& question, const std::optional<Round>& next, v1::Waiting& waiting) {
  const RoundView& round = question.round;
  waiting.set_position(PositionOf(round, question.adept));
  waiting.set_waiting(static_cast<int32_t>(round.unmatched.size()));
  waiting.set_rounds_waited(round.solved.problem.rounds_waited[static_cast<size_t>(question.adept)] + 1);
  if (next && question.coordinates) {
    const v1::MatchingRound proto = ToProto(*next);
    waiting.set_next_round(proto.name());
    waiting.set_next_round_state(proto.state());
  }
  const SentenceArguments arguments = {{"position", Text(waiting.position())},
                                       {"waiting", Text(waiting.waiting())},
                                       {"rounds", Text(waiting.rounds_waited())}};
  *waiting.add_sentences() = ToProto(Say("waiting.POSITION", arguments), question.words);
  *waiting.add_sentences() = ToProto(Say(std::string(NextRoundKey(next, question.coordinates))), question.words);
}

v1::Suggestion MakeSuggestion(const Question& question, v1::SuggestionKind kind, const std::vector<int32_t>& mentors,
                              bool certain, const Sentence& sentence) {
  v1::Suggestion suggestion;
  suggestion.set_kind(kind);
  suggestion.set_certain(certain);
  suggestion.set_mentor_count(static_cast<int32_t>(mentors.size()));
  if (question.coordinates) {
    for (const int32_t row : mentors) suggestion.add_mentors(NameOf(question.round.view().MentorAt(row)));
  }
  *suggestion.mutable_sentence() = ToProto(sentence, question.words);
  return suggestion;
}

// Where one more match could come from. With groups nothing is certain: their rules may
// give a new seat to somebody else.
struct Room {
  std::vector<int32_t> certain, possible;  // Mentors with whom one more seat would do.
  std::vector<bool> mentors;               // Could take the adept in, if no rule forbade it.
  bool new_mentor = true;
};

Room RoomFor(const Question& question) {
  Room room;
  if (question.round.group_what_if) {
    engine::GroupWhatIf::Room found = question.round.group_what_if->RoomFor(question.adept);
    return {.certain = {},
            .possible = std::move(found.seats),
            .mentors = std::move(found.mentors),
            .new_mentor = found.new_mentor};
  }
  for (const engine::SeatOption& option : question.round.what_if->MoreSeats(question.adept)) {
    (option.certain ? room.certain : room.possible).push_back(option.mentor);
  }
  room.mentors = question.round.what_if->WithRoom();
  return room;
}

// One more seat: first the mentors with whom it is certain, then the others.
void SuggestSeats(const Question& question, const Room& room, v1::ExplainUnmatchedResponse& response) {
  for (const bool is_certain : {true, false}) {
    const std::vector<int32_t>& mentors = is_certain ? room.certain : room.possible;
    if (mentors.empty()) continue;
    const Sentence sentence = Say(is_certain ? "suggestion.SEAT_CERTAIN" : "suggestion.SEAT_POSSIBLE",
                                  {{"mentors", Text(static_cast<int64_t>(mentors.size()))}});
    *response.add_suggestions() = MakeSuggestion(question, v1::SUGGESTION_KIND_SEAT, mentors, is_certain, sentence);
  }
}

void SuggestRules(const Question& question, const Room& room, v1::ExplainUnmatchedResponse& response) {
  const CohortView& view = question.round.view();
  for (const engine::RuleOption& option : engine::RulesInTheWay(
           view.scorer(), view.adepts(), question.adept, view.mentors(), question.round.solved.problem, room.mentors)) {
    v1::Suggestion& suggestion = *response.add_suggestions();
    suggestion = MakeSuggestion(question, v1::SUGGESTION_KIND_RULE, option.mentors,
                                /*certain=*/!question.round.group_what_if.has_value(), SentenceOf(option));
    suggestion.set_rule(static_cast<v1::HardRule>(static_cast<int>(option.rule) + 1));
  }
}

// How many of those who wait may have such a mentor, and whether the adept is
// sure to be matched whatever else the mentor is like: also where the adept is
// worth least to that mentor and everybody else most.
struct NewMentorFacts {
  int32_t helps = 0;
  bool certain = false;
};

absl::StatusOr<NewMentorFacts> FactsOf(const Question& question, const engine::Reference& reference) {
  const CohortView& view = question.round.view();
  const engine::Person mentor =
      engine::BestMentorFor(reference, view.adept_features()[static_cast<size_t>(question.adept)]);
  BRYGGA_ASSIGN_OR_RETURN(const engine::People mentors, engine::BuildPeople(reference, {mentor}));
  NewMentorFacts facts;
  for (const engine::Candidate& candidate :
       view.scorer().BestAdepts(view.adepts(), mentors, /*mentor=*/0, view.adepts().count)) {
    facts.helps += question.round.UnmatchedOf(candidate.row) != nullptr ? 1 : 0;
  }
  engine::NewMentor worst_case;
  for (int32_t row = 0; row < view.adepts().count; ++row) {
    worst_case.emplace_back(row, row == question.adept ? 0 : engine::kScoreOne);
  }
  facts.certain = question.round.what_if && question.round.what_if->IsCertainWith(worst_case, question.adept);
  return facts;
}

absl::Status SuggestMentor(const Question& question, const engine::Reference& reference,
                           v1::ExplainUnmatchedResponse& response) {
  const CohortView& view = question.round.view();
  const engine::MentorKind kind =
      engine::KindOfMentor(reference, view.scorer(), view.adept_features()[static_cast<size_t>(question.adept)]);
  if (!kind.impossible.empty()) {
    for (const Sentence& sentence : SentencesOf(kind)) *response.add_sentences() = ToProto(sentence, question.words);
    return absl::OkStatus();
  }
  BRYGGA_ASSIGN_OR_RETURN(const NewMentorFacts facts, FactsOf(question, reference));
  const Sentence sentence =
      Say(facts.certain ? "suggestion.MENTOR_CERTAIN" : "suggestion.MENTOR_POSSIBLE", {{"helps", Text(facts.helps)}});
  v1::Suggestion& suggestion = *response.add_suggestions();
  suggestion = MakeSuggestion(question, v1::SUGGESTION_KIND_MENTOR, {}, facts.certain, sentence);
  suggestion.set_helps(facts.helps);
  *suggestion.mutable_profile() = ToProto(kind);
  for (const Sentence& detail : SentencesOf(kind)) *suggestion.add_details() = ToProto(detail, question.words);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Round>> ExplanationHandler::NextRound(const Round& round, absl::Time deadline) {
  const rpc::ListArguments arguments{.page_size = 1000, .order_by = "create_time desc"};
  BRYGGA_ASSIGN_OR_RETURN(const list::ListQuery query, rpc::ParseList(arguments, RoundSchema()));
  BRYGGA_ASSIGN_OR_RETURN(const auto page, store_.ListRounds(round.cohort, query, deadline));
  std::optional<Round> next;
  for (const Round& other : page.items) {
    if (other.id == round.id || other.created_at < round.created_at) break;
    if (other.state != RoundState::kDiscarded && other.state != RoundState::kFailed) next = other;
  }
  return next;
}

absl::StatusOr<v1::ExplainUnmatchedResponse> ExplanationHandler::ExplainUnmatched(
    const v1::ExplainUnmatchedRequest& request, const rpc::Call& call) {
  const Named<RoundId> name = ToRoundName(request.parent());
  const ParticipantId adept = ToParticipantId(request.adept());
  const bool coordinates = Coordinates(call, name.key);
  if (!coordinates && !IsSelf(call, adept)) return NotFound(request.parent());
  BRYGGA_ASSIGN_OR_RETURN(const Catalogue* words, texts_.In(request.language_code()));
  const auto opened = rounds_.Get(name.key, name.id, call.deadline());
  // A round that has not been published is nobody's business but a coordinator's.
  if (!coordinates && (!opened.ok() || opened->round.state != RoundState::kPublished)) {
    return opened.ok() || opened.status().code() == absl::StatusCode::kFailedPrecondition ? NotFound(request.parent())
                                                                                          : opened.status();
  }
  if (!opened.ok()) return opened.status();
  const RoundView& round = *opened->view;
  const auto row = round.view().AdeptRow(adept);
  if (!row) return NotFound(coordinates ? request.adept() : request.parent());
  const engine::Unmatched* const unmatched = round.UnmatchedOf(*row);
  if (unmatched == nullptr) return AdeptHasPair(request.adept());

  const Question question{
      .round = round, .adept = *row, .unmatched = *unmatched, .words = *words, .coordinates = coordinates};
  v1::ExplainUnmatchedResponse response;
  *response.mutable_unmatched() = ToProto(ToDomain(question));
  SayWhy(question, response);
  if (unmatched->reason == engine::UnmatchedReason::kBottleneck) {
    DescribeBottleneck(question, rounds_.reference(), *response.mutable_bottleneck());
  }
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Round> next, NextRound(opened->round, call.deadline()));
  SayWaiting(question, next, *response.mutable_waiting());
  if (!round.CanMatchMore()) return response;
  const Room room = RoomFor(question);
  SuggestSeats(question, room, response);
  SuggestRules(question, room, response);
  if (room.new_mentor) BRYGGA_RETURN_IF_ERROR(SuggestMentor(question, rounds_.reference(), response));
  return response;
}

absl::StatusOr<v1::GetFairnessReportResponse> ExplanationHandler::GetFairnessReport(
    const v1::GetFairnessReportRequest& request, const rpc::Call& call) {
  const std::string_view round_name = std::string_view(request.name()).substr(0, request.name().rfind('/'));
  const Named<RoundId> name = ToRoundName(round_name);
  BRYGGA_ASSIGN_OR_RETURN(const Catalogue* words, texts_.In(request.language_code()));
  BRYGGA_ASSIGN_OR_RETURN(const RoundViews::Opened opened, rounds_.Get(name.key, name.id, call.deadline()));
  const RoundView& round = *opened.view;
  std::vector<TreatedAdept> adepts;
  for (int32_t row = 0; row < round.view().adepts().count; ++row) {
    const engine::MatchedPair* const pair = round.PairOf(row);
    adepts.push_back({.features = &round.view().adept_features()[static_cast<size_t>(row)],
                      .score = pair == nullptr ? std::nullopt : std::optional(pair->score)});
  }
  const FairnessReport report = ReportFairness(adepts, ReaderOf(call, name.key));
  v1::GetFairnessReportResponse response;
  *response.mutable_report() = ToProto(report, request.name(), *words);
  for (const Sentence& sentence : PriceSentences(opened.round.statistics)) {
    *response.mutable_report()->add_sentences() = ToProto(sentence, *words);
  }
  return response;
}

}  // namespace brygga::matching
