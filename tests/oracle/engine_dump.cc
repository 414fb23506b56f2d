// Prints what the engine makes of the sample, for oracle_test.py to compare.
//
//   engine_dump DATA KIND pairs     mentee_id, mentor_id, score of every allowed pair
//   engine_dump DATA KIND optimum   JSON: how many are paired, and the total, certified
//
// Who takes part in an optimum is what tests/oracle/README.md says.
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/check.h"
#include "engine/certificate.h"
#include "engine/people.h"
#include "engine/policy.h"
#include "engine/reference.h"
#include "engine/score.h"
#include "engine/solve.h"

namespace brygga::engine {
namespace {

using Row = std::map<std::string, std::string>;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  BRYGGA_CHECK(in.good());
  return std::move(text).str();
}

// RFC 4180 as the sample uses it: quoted fields, no line ends inside them.
std::vector<std::string> SplitCsv(const std::string& line) {
  std::vector<std::string> cells = {""};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::vector<Row> ReadCsv(const std::string& path) {
  std::istringstream in(ReadFile(path));
  std::string line;
  std::getline(in, line);
  const std::vector<std::string> header = SplitCsv(line);
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = SplitCsv(line);
    BRYGGA_CHECK(cells.size() == header.size());
    Row& row = rows.emplace_back();
    for (size_t i = 0; i < cells.size(); ++i) row[header[i]] = cells[i];
  }
  return rows;
}

std::vector<std::string> Listed(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ';');) parts.push_back(part);
  return parts;
}

bool Has(const std::string& list, const std::string& word) {
  for (const std::string& part : Listed(list)) {
    if (part == word) return true;
  }
  return false;
}

std::optional<int> Number(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(std::stoi(text));
}

Gender GenderOf(const std::string& word) {
  if (word == "F") return Gender::kFemale;
  if (word == "M") return Gender::kMale;
  return word == "X" ? Gender::kOther : Gender::kUnknown;
}

MeetingFormat FormatOf(const std::string& word) {
  if (word == "onsite") return MeetingFormat::kOnsite;
  if (word == "digital") return MeetingFormat::kDigital;
  return word == "either" ? MeetingFormat::kEither : MeetingFormat::kUnknown;
}

// What both files have.
Person Common(Row& row, const std::string& id) {
  Person person{.id = id, .tie_key = id};
  person.occupation_id = row["occupation_id"];
  person.ssyk4 = row["ssyk4"];
  person.skills = Listed(row["skills"]);
  for (const std::string& entry : Listed(row["languages"])) {
    const size_t colon = entry.find(':');
    person.languages.emplace_back(entry.substr(0, colon), entry.substr(colon + 1));
  }
  person.sun_field = row["sun_field"];
  person.municipality_code = row["municipality_code"];
  person.max_distance_km = Number(row["max_distance_km"]);
  person.format = FormatOf(row["meeting_format"]);
  person.slots = Listed(row["slots"]);
  person.years_experience = Number(row["years_experience"]);
  person.gender = GenderOf(row["gender"]);
  return person;
}

Person Mentor(Row row, const std::set<std::string>& active_partners) {
  Person person = Common(row, row["mentor_id"]);
  person.organisation = row["partner_id"];
  person.agreement_active = active_partners.contains(person.organisation);
  person.rounds_before = std::stoi(row["rounds_before"]);
  person.capacity = std::stoi(row["capacity"]);
  person.screening_passed = Has(row["programmes"], "youth");
  return person;
}

Person Adept(Row row) {
  Person person = Common(row, row["mentee_id"]);
  person.target_ssyk4 = row["target_ssyk4"];
  person.goals = Listed(row["goals"]);
  person.excluded_organisations = Listed(row["excluded_partner_id"]);
  person.preferred_gender = GenderOf(row["mentor_gender_pref"]);
  return person;
}

bool Interested(Row& row, const std::string& kind) {
  if (kind == "reverse") return row["reverse_interest"] == "1";
  return Has(row.contains("programmes") ? row["programmes"] : row["programme"], kind);
}

int Main(const std::string& data, const std::string& kind, const std::string& what) {
  const bool all = what == "pairs";
  std::set<std::string> active_partners;
  for (Row& row : ReadCsv(data + "/sample/partners.csv")) {
    if (row["partner_since"] <= "2022-08-15") active_partners.insert(row["partner_id"]);
  }
  std::vector<Person> adept_rows, mentor_rows;
  for (Row& row : ReadCsv(data + "/sample/mentees.csv")) {
    if (all || (Interested(row, kind) && row["consent"] == "1" && row["status"] == "applied")) {
      adept_rows.push_back(Adept(row));
    }
  }
  for (Row& row : ReadCsv(data + "/sample/mentors.csv")) {
    if (all || (Interested(row, kind) && row["status"] == "active")) {
      mentor_rows.push_back(Mentor(row, active_partners));
    }
  }
  const Reference reference = Reference::Load(data + "/reference").value();
  const People adepts = BuildPeople(reference, adept_rows).value();
  const People mentors = BuildPeople(reference, mentor_rows).value();
  const Policy policy = ParsePolicy(ReadFile(data + "/policy/" + kind + ".json")).value();
  const Scorer scorer = Scorer::Create(reference, policy).value();
  Edges edges = scorer.ScoreAll(adepts, mentors, {}).value();
  if (all) {
    for (int32_t a = 0; a < adepts.count; ++a) {
      for (int64_t e = edges.offset[static_cast<size_t>(a)]; e < edges.offset[static_cast<size_t>(a) + 1]; ++e) {
        const size_t pair = static_cast<size_t>(e);
        std::printf("%s\t%s\t%d\n", adepts.id[static_cast<size_t>(a)].c_str(),
                    mentors.id[static_cast<size_t>(edges.mentor[pair])].c_str(), edges.score[pair]);
      }
    }
    return 0;
  }
  const int64_t allowed = edges.size();
  const Problem problem = MakeProblem(adepts, mentors, std::move(edges), {}, {}, "oracle");
  const Solution solution = SolveCoverageThenScore(problem).value();
  BRYGGA_CHECK(CheckCoverageThenScore(problem, solution.assignment, solution.certificate).ok());
  std::printf("%s\n", nlohmann::json{{"adepts", adepts.count},
                                     {"mentors", mentors.count},
                                     {"allowed", allowed},
                                     {"pairs", solution.assignment.pairs.size()},
                                     {"total", solution.assignment.total_score}}
                          .dump()
                          .c_str());
  return 0;
}

}  // namespace
}  // namespace brygga::engine

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: engine_dump DATA KIND pairs|optimum\n");
    return 2;
  }
  return brygga::engine::Main(argv[1], argv[2], argv[3]);
}
