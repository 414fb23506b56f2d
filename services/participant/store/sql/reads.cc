#include "services/participant/store/sql/reads.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/store/sql/rows.h"
#include "services/participant/store/sql/statements.h"

namespace brygga::participant {
namespace {

using sql::Args;
using sql::Reader;
using sql::Row;

constexpr size_t kMostInAList = 500;

template <typename Ids>
std::vector<std::string> TextsOf(const Ids& ids) {
  std::vector<std::string> texts;
  for (const auto& id : ids) texts.push_back(id.value());
  return texts;
}

// The rows of `select` whose `column` is one of `values`, some hundreds at a
// time, in `order`.
absl::StatusOr<std::vector<Row>> SelectIn(Reader& reader, std::string_view select, std::string_view column,
                                          const std::vector<std::string>& values, std::string_view order = "") {
  std::vector<Row> rows;
  const std::string where = std::string(select).find(" WHERE ") == std::string::npos ? " WHERE " : " AND ";
  for (size_t begin = 0; begin < values.size(); begin += kMostInAList) {
    const size_t end = std::min(values.size(), begin + kMostInAList);
    Args args;
    std::string statement = std::string(select) + where + std::string(column) + " IN " +
                            InList("in", {values.begin() + begin, values.begin() + end}, args) + std::string(order);
    BRYGGA_ASSIGN_OR_RETURN(std::vector<Row> some, reader.Query(statement, args));
    std::move(some.begin(), some.end(), std::back_inserter(rows));
  }
  return rows;
}

void AddItem(const Row& row, Profile& profile) {
  const std::string& kind = row.Text("kind");
  const std::string& value = row.Text("value");
  if (kind == "LANGUAGE") profile.languages.push_back({value, FromWord<CefrLevel>(row.Text("level"))});
  if (kind == "SKILL") profile.skills.push_back(value);
  if (kind == "SLOT") profile.slots.push_back(FromWord<Slot>(value));
  if (kind == "GOAL") profile.goals.push_back(value);
}

}  // namespace

std::string InList(std::string_view name, const std::vector<std::string>& values, Args& args) {
  if (values.empty()) return "('')";
  size_t size = 1;
  while (size < values.size()) size *= 4;
  std::vector<std::string> names;
  for (size_t i = 0; i < size; ++i) {
    names.push_back(absl::StrCat(":", std::string(name), i));
    args.Set(names.back().substr(1), values[std::min(i, values.size() - 1)]);
  }
  return "(" + absl::StrJoin(names, ", ") + ")";
}

std::string ProgrammeSeenBy(const Audience& audience, std::string_view column, Args& args) {
  if (audience.everything) return " WHERE 1 = 1";
  return " WHERE " + std::string(column) + " IN " + InList("seen", TextsOf(audience.programmes), args);
}

std::string PersonSeenBy(const Audience& audience, std::string_view column, Args& args) {
  if (audience.everything) return " WHERE 1 = 1";
  const std::string name(column);
  return " WHERE (" + name + " IN " + InList("self", TextsOf(audience.persons), args) +
         " OR EXISTS (SELECT 1 FROM participant_programmes v WHERE v.participant_id = " + name +
         " AND v.programme_id IN " + InList("seen", TextsOf(audience.programmes), args) + "))";
}

absl::Status FillPersons(Reader& reader, std::vector<Participant>& persons) {
  std::map<std::string, Profile*> profiles;
  std::vector<std::string> ids;
  for (Participant& person : persons) {
    profiles[person.id.value()] = &person.profile;
    ids.push_back(person.id.value());
  }
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> items,
                          SelectIn(reader, kSelectItems, "i.participant_id", ids, " ORDER BY i.position"));
  for (const Row& item : items) AddItem(item, *profiles.at(item.Text("participant_id")));
  return absl::OkStatus();
}

absl::Status FillProgrammes(Reader& reader, std::vector<Programme>& programmes) {
  std::map<std::string, Programme*> by_id;
  std::vector<std::string> ids;
  for (Programme& programme : programmes) {
    by_id[programme.id.value()] = &programme;
    ids.push_back(programme.id.value());
  }
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> roles,
                          SelectIn(reader, kSelectRoles, "programme_id", ids, " ORDER BY position"));
  for (const Row& row : roles) {
    by_id.at(row.Text("programme_id"))->roles.push_back(FromWord<Role>(row.Text("role")));
  }
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> bases,
                          SelectIn(reader, kSelectBases, "programme_id", ids, " ORDER BY position"));
  for (const Row& row : bases) {
    by_id.at(row.Text("programme_id"))
        ->legal_bases.push_back({FromWord<Role>(row.Text("role")), FromWord<Purpose>(row.Text("purpose")),
                                 FromWord<LegalBasis>(row.Text("basis"))});
  }
  return absl::OkStatus();
}

absl::Status FillEnrolments(Reader& reader, std::vector<Enrolment>& enrolments) {
  std::map<std::string, Enrolment*> by_id;
  std::vector<std::string> ids;
  for (Enrolment& enrolment : enrolments) {
    by_id[enrolment.ref.enrolment.value()] = &enrolment;
    ids.push_back(enrolment.ref.enrolment.value());
  }
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> excluded,
                          SelectIn(reader, kSelectExcluded, "enrolment_id", ids, " ORDER BY position"));
  for (const Row& row : excluded) {
    by_id.at(row.Text("enrolment_id"))->excluded_organisations.push_back(row.Text("organisation"));
  }
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> findings,
                          SelectIn(reader, kSelectFindings, "f.enrolment_id", ids, " ORDER BY f.position"));
  for (const Row& row : findings) {
    by_id.at(row.Text("enrolment_id"))
        ->decision->findings.push_back({row.Text("code"), FromWord<CriterionOutcome>(row.Text("outcome"))});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<ParticipantId, Participant>> ReadPersons(Reader& reader,
                                                                 const std::vector<ParticipantId>& ids) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, SelectIn(reader, kSelectParticipants, "p.id", TextsOf(ids)));
  std::vector<Participant> persons;
  for (const Row& row : rows) persons.push_back(ToParticipant(row));
  BRYGGA_RETURN_IF_ERROR(FillPersons(reader, persons));
  std::map<ParticipantId, Participant> by_id;
  for (Participant& person : persons) by_id[person.id] = std::move(person);
  return by_id;
}

absl::StatusOr<std::map<EnrolmentId, Enrolment>> ReadEnrolments(Reader& reader, const std::vector<EnrolmentId>& ids) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows, SelectIn(reader, kSelectEnrolments, "e.id", TextsOf(ids)));
  std::vector<Enrolment> enrolments;
  for (const Row& row : rows) enrolments.push_back(ToEnrolment(row));
  BRYGGA_RETURN_IF_ERROR(FillEnrolments(reader, enrolments));
  std::map<EnrolmentId, Enrolment> by_id;
  for (Enrolment& enrolment : enrolments) by_id[enrolment.ref.enrolment] = std::move(enrolment);
  return by_id;
}

absl::StatusOr<std::vector<Enrolment>> ReadEnrolmentsOf(Reader& reader, const std::vector<ParticipantId>& persons) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          SelectIn(reader, kSelectEnrolments, "e.participant_id", TextsOf(persons)));
  std::vector<Enrolment> enrolments;
  for (const Row& row : rows) enrolments.push_back(ToEnrolment(row));
  BRYGGA_RETURN_IF_ERROR(FillEnrolments(reader, enrolments));
  return enrolments;
}

absl::StatusOr<Programme> ReadProgramme(Reader& reader, const ProgrammeId& id) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          reader.QueryOne(std::string(kSelectProgrammes) + " WHERE p.id = :id", {{"id", id}}));
  if (!row) return NotFound(NameOf(id));
  std::vector<Programme> programmes = {ToProgramme(*row)};
  BRYGGA_RETURN_IF_ERROR(FillProgrammes(reader, programmes));
  return std::move(programmes[0]);
}

absl::StatusOr<Cohort> ReadCohort(Reader& reader, const CohortRef& ref) {
  BRYGGA_ASSIGN_OR_RETURN(
      const std::optional<Row> row,
      reader.QueryOne(std::string(kSelectCohorts) + " WHERE c.id = :id AND c.programme_id = :programme",
                      {{"id", ref.cohort}, {"programme", ref.programme}}));
  if (!row) return NotFound(NameOf(ref));
  return ToCohort(*row);
}

absl::StatusOr<CohortFacts> ReadCohortFacts(Reader& reader, const CohortRef& ref) {
  BRYGGA_ASSIGN_OR_RETURN(Cohort cohort, ReadCohort(reader, ref));
  BRYGGA_ASSIGN_OR_RETURN(Programme programme, ReadProgramme(reader, ref.programme));
  return CohortFacts{.cohort = std::move(cohort), .programme = std::move(programme)};
}

absl::StatusOr<RuleSet> ReadRuleSet(Reader& reader, const ProgrammeId& programme, int version) {
  RuleSet rules{.programme = programme, .version = version};
  if (version == 0) return rules;
  const Args args{{"programme", programme}, {"version", version}};
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row, reader.QueryOne(kSelectRuleSet, args));
  if (!row) return NotFound(absl::StrCat(NameOf(programme), "/ruleSets/", version));
  rules.created_at = row->Time("created_at_us");
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> criteria, reader.Query(kSelectCriteria, args));
  for (const Row& criterion : criteria) {
    rules.criteria.push_back({.code = criterion.Text("code"),
                              .role = FromWord<Role>(criterion.Text("role")),
                              .description = criterion.Text("description")});
  }
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> conditions, reader.Query(kSelectConditions, args));
  for (const Row& condition : conditions) {
    rules.criteria[condition.Int("criterion")].any_of.push_back(
        {.fact = condition.Text("fact"),
         .op = FromWord<RuleOperator>(condition.Text("operator")),
         .values = absl::StrSplit(condition.Text("operands"), ' ', absl::SkipEmpty())});
  }
  return rules;
}

absl::StatusOr<std::vector<Applicant>> ReadApplicants(Reader& reader, std::vector<Enrolment> enrolments) {
  std::vector<ParticipantId> ids;
  for (const Enrolment& enrolment : enrolments) ids.push_back(enrolment.person);
  BRYGGA_ASSIGN_OR_RETURN(const auto persons, ReadPersons(reader, ids));
  BRYGGA_ASSIGN_OR_RETURN(auto screenings, ReadScreenings(reader, ids));
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          SelectIn(reader, kSelectBackgrounds, "participant_id", TextsOf(ids)));
  std::map<ParticipantId, Background> backgrounds;
  for (const Row& row : rows) backgrounds[row.As<ParticipantId>("participant_id")] = ToBackground(row);
  std::vector<Applicant> applicants;
  for (Enrolment& enrolment : enrolments) {
    const ParticipantId id = enrolment.person;
    applicants.push_back({.enrolment = std::move(enrolment),
                          .person = persons.at(id),
                          .background = backgrounds[id],
                          .screenings = screenings[id]});
  }
  return applicants;
}

absl::StatusOr<std::vector<Consent>> ReadConsents(Reader& reader, const ParticipantId& person) {
  BRYGGA_ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      reader.Query(std::string(kSelectConsents) + " WHERE participant_id = :participant ORDER BY id",
                   {{"participant", person}}));
  std::vector<Consent> consents;
  for (const Row& row : rows) consents.push_back(ToConsent(row));
  return consents;
}

absl::StatusOr<std::map<ParticipantId, std::set<Purpose>>> ReadLivePurposes(Reader& reader,
                                                                            const std::vector<ParticipantId>& persons) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          SelectIn(reader, std::string(kSelectConsents) + " WHERE withdrawn_at_us IS NULL",
                                   "participant_id", TextsOf(persons)));
  std::map<ParticipantId, std::set<Purpose>> purposes;
  for (const Row& row : rows) {
    purposes[row.As<ParticipantId>("participant_id")].insert(FromWord<Purpose>(row.Text("purpose")));
  }
  return purposes;
}

absl::StatusOr<std::map<ParticipantId, std::vector<Screening>>> ReadScreenings(
    Reader& reader, const std::vector<ParticipantId>& persons) {
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          SelectIn(reader, kSelectScreenings, "participant_id", TextsOf(persons)));
  std::map<ParticipantId, std::vector<Screening>> screenings;
  for (const Row& row : rows) screenings[row.As<ParticipantId>("participant_id")].push_back(ToScreening(row));
  for (auto& [person, of_person] : screenings) {
    std::sort(of_person.begin(), of_person.end(),
              [](const Screening& a, const Screening& b) { return a.kind < b.kind; });
  }
  return screenings;
}

absl::StatusOr<std::optional<KnownPerson>> ReadKnown(Reader& reader, const ExternalRef& ref) {
  BRYGGA_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          reader.QueryOne(kSelectIdByRef, {{"source", ref.source}, {"key", ref.key}}));
  if (!row) return std::nullopt;
  const auto id = row->As<ParticipantId>("id");
  KnownPerson known;
  BRYGGA_ASSIGN_OR_RETURN(auto persons, ReadPersons(reader, {id}));
  known.person = std::move(persons.at(id));
  BRYGGA_ASSIGN_OR_RETURN(known.consents, ReadConsents(reader, id));
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> backgrounds,
                          SelectIn(reader, kSelectBackgrounds, "participant_id", {id.value()}));
  if (!backgrounds.empty()) known.background = ToBackground(backgrounds[0]);
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          SelectIn(reader, kSelectEnrolments, "e.participant_id", {id.value()}));
  for (const Row& enrolment : rows) known.enrolments.push_back(ToEnrolment(enrolment));
  BRYGGA_RETURN_IF_ERROR(FillEnrolments(reader, known.enrolments));
  return known;
}

absl::StatusOr<std::vector<Lookalike>> ReadLookalikes(Reader& reader, const Participant& person) {
  const std::string likeness = LikenessOf(Completed(person));
  const std::string email = ComparableEmail(person);
  BRYGGA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          reader.Query(kSelectAlike, {{"likeness", likeness}, {"email", email}}));
  std::vector<Lookalike> found;
  for (const Row& row : rows) {
    Lookalike other{.same_name_and_year = !likeness.empty() && row.Text("likeness") == likeness,
                    .same_email = !email.empty() && row.Text("comparable_email") == email};
    if (!row.IsNull("external_key")) other.external_ref = {row.Text("external_source"), row.Text("external_key")};
    found.push_back(std::move(other));
  }
  return found;
}

}  // namespace brygga::participant
