#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "brygga/matching/v1/explanation_service.pb.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::matching::v1;

using Names = std::map<std::string, std::string>;

constexpr std::string_view kParticipants = "participants/";

// Where a resource name of a person that begins at `at` ends.
size_t EndOfName(std::string_view text, size_t at) {
  constexpr std::string_view kOfIds = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  const size_t end = text.find_first_not_of(kOfIds, at + kParticipants.size());
  return end == std::string_view::npos ? text.size() : end;
}

// Who is named in a text of matching, which knows people by resource names alone.
void AddPeopleIn(std::string_view text, std::set<std::string>& people) {
  for (size_t at = text.find(kParticipants); at != std::string_view::npos; at = text.find(kParticipants, at + 1)) {
    people.emplace(text.substr(at, EndOfName(text, at) - at));
  }
}

// `text` with the names that people have.
std::string WithNames(std::string_view text, const Names& names) {
  std::string named;
  for (;;) {
    const size_t at = text.find(kParticipants);
    named += text.substr(0, at);
    if (at == std::string_view::npos) return named;
    const std::string person(text.substr(at, EndOfName(text, at) - at));
    named += NameIn(names, person);
    text.remove_prefix(at + person.size());
  }
}

struct PairFlags {
  std::string round, mentor, adept;  // `round` may be a cohort.
  std::string language;
};

void PrintParts(Context& context, const v1::ExplainPairResponse& response) {
  for (const v1::BrokenRule& broken : response.broken_rules())
    context.out() << "  - " << broken.sentence().text() << "\n";
  for (const v1::Contribution& part : response.contributions()) {
    context.out() << absl::StrFormat("  %5s / %5s  %s\n", Points(part.micro()), Points(part.maximum()),
                                     Printable(part.sentence().text()));
  }
}

// Whom the moves name, then who they are, then each on a line.
absl::Status PrintMoves(Context& context, const Api& api, const v1::ForcedPair& forced) {
  std::set<std::string> people;
  for (const v1::Move& move : forced.moves()) AddPeopleIn(move.sentence().text(), people);
  if (people.empty()) return absl::OkStatus();
  BRYGGA_ASSIGN_OR_RETURN(const Names names, NamesOf(api, people));
  for (const v1::Move& move : forced.moves()) {
    context.out() << "  - " << Printable(WithNames(move.sentence().text(), names)) << "\n";
  }
  return absl::OkStatus();
}

absl::Status PrintPair(Context& context, const Api& api, const v1::ExplainPairResponse& response) {
  for (int i = 0; i < response.sentences_size(); ++i) {
    context.out() << Printable(response.sentences(i).text()) << "\n";
    if (i == 0) PrintParts(context, response);
  }
  BRYGGA_RETURN_IF_ERROR(PrintMoves(context, api, response.forced()));
  return absl::OkStatus();
}

absl::StatusOr<v1::ExplainPairResponse> AskPair(const Api& api, const std::string& cohort, const std::string& round,
                                                const std::string& mentor, const std::string& adept,
                                                const std::string& language) {
  v1::ExplainPairRequest request;
  request.set_parent(cohort);
  request.set_round(round);
  request.set_mentor(mentor);
  request.set_adept(adept);
  request.set_language_code(language);
  return api.Call<v1::ExplainPairResponse>("brygga.matching.v1.MatchingService/ExplainPair", request);
}

std::string CohortOf(const std::string& round) { return round.substr(0, round.rfind("/rounds/")); }

Findings::Fields PairFields() { return {{"parent", "COHORT"}, {"mentor", "MENTOR"}, {"adept", "ADEPT"}}; }

void ExplainOptions(CLI::App& command, PairFlags& flags) {
  command.add_option("COHORT", flags.round, kCohortHelp)->required();
  command.add_option("MENTOR", flags.mentor, kMentorHelp)->required();
  command.add_option("ADEPT", flags.adept, kPersonHelp)->required();
  AddLanguage(command, flags.language);
}

// The mentor of a match, as people call them; the match itself where it may not be seen.
std::string MentorIn(const Api& api, const std::string& match) {
  v1::GetMatchRequest request;
  request.set_name(match);
  const auto response = api.Call<v1::GetMatchResponse>("brygga.matching.v1.MatchingService/GetMatch", request);
  if (!response.ok()) return match;
  return NameIn(NamesIfAny(api, {response->match().mentor()}), response->match().mentor());
}

ExitCode ExplainPair(Context& context, const PairFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(PairFields());
  const auto cohort = found.Of("COHORT", FindCohort(*api, flags.round));
  const std::string mentor = found.Of("MENTOR", FindParticipant(*api, flags.mentor));
  const std::string adept = found.Of("ADEPT", FindParticipant(*api, flags.adept));
  if (const absl::Status status = found.status(); !status.ok()) return context.Fail(status);
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Told(AskPair(*api, cohort.name(), /*round=*/"", mentor, adept, flags.language)));
  if (context.json) {
    context.PrintJson(response);
    return kDone;
  }
  if (const absl::Status printed = PrintPair(context, *api, response); !printed.ok()) return context.Fail(printed);
  context.out() << "The mentor has " << Count(response.free_seats(), "free seat", "free seats") << ".\n";
  if (!response.adept_match().empty()) {
    context.out() << "The adept has a match already, with " << Printable(MentorIn(*api, response.adept_match()))
                  << ".\n";
  }
  if (!response.lock().empty()) context.out() << "The pair is held by " << response.lock() << "\n";
  return kDone;
}

void WhyNotOptions(CLI::App& command, PairFlags& flags) {
  command.add_option("ROUND", flags.round, kRoundHelp)->required();
  command.add_option("MENTOR", flags.mentor, kMentorHelp)->required();
  command.add_option("ADEPT", flags.adept, kPersonHelp)->required();
  AddLanguage(command, flags.language);
}

ExitCode WhyNot(Context& context, const PairFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found(PairFields());
  const auto round = found.Of("ROUND", FindRound(*api, flags.round));
  const std::string mentor = found.Of("MENTOR", FindParticipant(*api, flags.mentor));
  const std::string adept = found.Of("ADEPT", FindParticipant(*api, flags.adept));
  if (const absl::Status status = found.status(); !status.ok()) return context.Fail(status);
  BRYGGA_CLI_ASSIGN(const auto response,
                    found.Told(AskPair(*api, CohortOf(round.name()), round.name(), mentor, adept, flags.language)));
  if (context.json) {
    context.PrintJson(response);
    return kDone;
  }
  const absl::Status printed = PrintPair(context, *api, response);
  return printed.ok() ? kDone : context.Fail(printed);
}

struct WhyFlags {
  std::string round, adept;
  std::string language;
};

void WhyOptions(CLI::App& command, WhyFlags& flags) {
  command.add_option("ROUND", flags.round, kRoundHelp)->required();
  command.add_option("ADEPT", flags.adept, kPersonHelp)->required();
  AddLanguage(command, flags.language);
}

// The pair of an adept in a round; without a mentor where there is none.
absl::StatusOr<v1::RoundPair> PairOf(const Api& api, const std::string& round, const std::string& adept) {
  v1::ListRoundPairsRequest request;
  request.set_parent(round);
  BRYGGA_ASSIGN_OR_RETURN(const auto all, api.All<v1::ListRoundPairsResponse>(
                                              "brygga.matching.v1.MatchingService/ListRoundPairs", request));
  for (const v1::RoundPair& pair : all.pairs()) {
    if (pair.adept() == adept) return pair;
  }
  return v1::RoundPair();
}

void PrintSuggestion(Context& context, const v1::Suggestion& suggestion, const Names& names) {
  context.out() << "  - " << Printable(suggestion.sentence().text()) << "\n";
  constexpr int kMostNamed = 5;
  for (int i = 0; i < std::min(kMostNamed, suggestion.mentors_size()); ++i) {
    context.out() << "      " << Printable(WithNames(suggestion.mentors(i), names)) << "\n";
  }
  if (suggestion.mentors_size() > kMostNamed) context.out() << "      …\n";
  for (const v1::Sentence& detail : suggestion.details()) context.out() << "      " << Printable(detail.text()) << "\n";
}

absl::Status PrintUnmatched(Context& context, const Api& api, const v1::ExplainUnmatchedResponse& response) {
  for (int i = 0; i < response.sentences_size(); ++i) {
    context.out() << (i == 0 ? "" : "  - ") << Printable(response.sentences(i).text()) << "\n";
  }
  if (response.has_bottleneck()) context.out() << Printable(response.bottleneck().sentence().text()) << "\n";
  for (const v1::Sentence& sentence : response.waiting().sentences())
    context.out() << Printable(sentence.text()) << "\n";
  std::set<std::string> people;
  for (const v1::Suggestion& suggestion : response.suggestions()) {
    people.insert(suggestion.mentors().begin(), suggestion.mentors().end());
  }
  Names names;
  if (!people.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(names, NamesOf(api, people));
  }
  if (response.suggestions_size() > 0) context.out() << "\n";
  for (const v1::Suggestion& suggestion : response.suggestions()) PrintSuggestion(context, suggestion, names);
  return absl::OkStatus();
}

ExitCode Why(Context& context, const WhyFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  Findings found;
  const auto round = found.Of("ROUND", FindRound(*api, flags.round));
  const std::string adept = found.Of("ADEPT", FindParticipant(*api, flags.adept));
  if (const absl::Status status = found.status(); !status.ok()) return context.Fail(status);
  BRYGGA_CLI_ASSIGN(const v1::RoundPair pair, PairOf(*api, round.name(), adept));
  if (!pair.mentor().empty()) {
    PairFlags pair_flags{.round = round.name(), .mentor = pair.mentor(), .adept = adept, .language = flags.language};
    return WhyNot(context, pair_flags);
  }
  v1::ExplainUnmatchedRequest request;
  request.set_parent(round.name());
  request.set_adept(adept);
  request.set_language_code(flags.language);
  BRYGGA_CLI_ASSIGN(const auto response, api->Call<v1::ExplainUnmatchedResponse>(
                                             "brygga.matching.v1.ExplanationService/ExplainUnmatched", request));
  if (context.json) {
    context.PrintJson(response);
    return kDone;
  }
  const absl::Status printed = PrintUnmatched(context, *api, response);
  return printed.ok() ? kDone : context.Fail(printed);
}

struct FairnessFlags {
  std::string round;
  std::string language;
};

void FairnessOptions(CLI::App& command, FairnessFlags& flags) {
  command.add_option("ROUND", flags.round, kRoundHelp)->required();
  AddLanguage(command, flags.language);
}

void AddRow(const v1::FairnessGroup& group, Table& table) {
  const auto number = [](bool has, int64_t value) { return has ? absl::StrCat(value) : std::string(); };
  const auto points = [](bool has, int32_t micros) { return has ? Points(micros) : std::string(); };
  table.Add(
      {group.label(), group.visibility() == v1::VISIBILITY_SMALL ? "<5" : number(group.has_adepts(), group.adepts()),
       number(group.has_matched(), group.matched()),
       group.has_match_permille() ? absl::StrFormat("%.1f %%", group.match_permille() / 10.0) : "",
       points(group.has_worst_score(), group.worst_score()), points(group.has_median_score(), group.median_score())});
}

ExitCode Fairness(Context& context, const FairnessFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto round, FindRound(*api, flags.round));
  v1::GetFairnessReportRequest request;
  request.set_name(round.name() + "/fairnessReport");
  request.set_language_code(flags.language);
  BRYGGA_CLI_ASSIGN(const auto response, api->Call<v1::GetFairnessReportResponse>(
                                             "brygga.matching.v1.ExplanationService/GetFairnessReport", request));
  const v1::FairnessReport& report = response.report();
  if (context.json) {
    context.PrintJson(report);
    return kDone;
  }
  for (const v1::Sentence& sentence : report.sentences()) context.out() << Printable(sentence.text()) << "\n";
  const auto figure = [&](const char* name) {
    const auto found = report.figures().find(name);
    return found == report.figures().end() ? std::string(name) : found->second;
  };
  for (const v1::FairnessDimension& dimension : report.dimensions()) {
    Table table({{dimension.label(), Align::kLeft, 40},
                 {figure("ADEPTS"), Align::kRight},
                 {figure("MATCHED"), Align::kRight},
                 {figure("RATE"), Align::kRight},
                 {figure("WORST"), Align::kRight},
                 {figure("MEDIAN"), Align::kRight}});
    for (const v1::FairnessGroup& group : dimension.groups()) AddRow(group, table);
    context.out() << "\n" << table.Render(context.columns());
  }
  return kDone;
}

}  // namespace

void AddLanguage(CLI::App& command, std::string& language) {
  command.add_option("--language,--lang", language, "Of the sentences: sv or en; else sv")
      ->check(CLI::IsMember({"sv", "en"}))
      ->envname("BRYGGA_LANGUAGE");
}

void AddExplanations(const Program& program, CLI::App& match) {
  AddCommand<PairFlags>(program, match, "explain", "Say why a pair would do, or which rules forbid it",
                        "  brygga match explain vocational M00001 A00002", &ExplainOptions, &ExplainPair);
  AddCommand<WhyFlags>(
      program, match, "why", "Say why an adept has this mentor in a round, or none, and what would change it",
      "  brygga match why vocational A00002\n  brygga match why vocational A00002 --language sv", &WhyOptions, &Why);
  AddCommand<PairFlags>(program, match, "why-not", "Say why a round has not this pair, and what the pair would cost",
                        "  brygga match why-not vocational M00001 A00002", &WhyNotOptions, &WhyNot);
  AddCommand<FairnessFlags>(program, match, "fairness", "Show how a round treated groups of adepts",
                            "  brygga match fairness vocational", &FairnessOptions, &Fairness);
}

}  // namespace brygga::cli
