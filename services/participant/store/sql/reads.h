// Whole domain objects out of several tables, a few statements for many of them.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_READS_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_READS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sql/transaction.h"
#include "services/participant/domain/decide.h"
#include "services/participant/domain/import.h"
#include "services/participant/domain/rule.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

// "(:name0, :name1, …)" with `values` bound in `args`. The last is repeated up
// to a round number, so that few statements are prepared.
std::string InList(std::string_view name, const std::vector<std::string>& values, sql::Args& args);

// " WHERE column IN (…)" that matches the programmes of `audience`, or all; and
// persons linked to one of them, by `column`.
std::string ProgrammeSeenBy(const Audience& audience, std::string_view column, sql::Args& args);
std::string PersonSeenBy(const Audience& audience, std::string_view column, sql::Args& args);

// Add what the rows of `persons`, `programmes`, `enrolments` lack.
absl::Status FillPersons(sql::Reader& reader, std::vector<Participant>& persons);
absl::Status FillProgrammes(sql::Reader& reader, std::vector<Programme>& programmes);
absl::Status FillEnrolments(sql::Reader& reader, std::vector<Enrolment>& enrolments);

// Those of `ids` that exist.
absl::StatusOr<std::map<ParticipantId, Participant>> ReadPersons(sql::Reader& reader,
                                                                 const std::vector<ParticipantId>& ids);
absl::StatusOr<std::map<EnrolmentId, Enrolment>> ReadEnrolments(sql::Reader& reader,
                                                                const std::vector<EnrolmentId>& ids);

// All enrolments of `persons`.
absl::StatusOr<std::vector<Enrolment>> ReadEnrolmentsOf(sql::Reader& reader, const std::vector<ParticipantId>& persons);

// kNotFound.
absl::StatusOr<Programme> ReadProgramme(sql::Reader& reader, const ProgrammeId& id);
absl::StatusOr<Cohort> ReadCohort(sql::Reader& reader, const CohortRef& ref);
absl::StatusOr<CohortFacts> ReadCohortFacts(sql::Reader& reader, const CohortRef& ref);
absl::StatusOr<RuleSet> ReadRuleSet(sql::Reader& reader, const ProgrammeId& programme, int version);

// Everything about the people of `enrolments` that rules ask, in the same order.
absl::StatusOr<std::vector<Applicant>> ReadApplicants(sql::Reader& reader, std::vector<Enrolment> enrolments);

absl::StatusOr<std::vector<Consent>> ReadConsents(sql::Reader& reader, const ParticipantId& person);
absl::StatusOr<std::map<ParticipantId, std::set<Purpose>>> ReadLivePurposes(sql::Reader& reader,
                                                                            const std::vector<ParticipantId>& persons);
absl::StatusOr<std::map<ParticipantId, std::vector<Screening>>> ReadScreenings(
    sql::Reader& reader, const std::vector<ParticipantId>& persons);

// What is known of the person with `ref`, locked; or nothing.
absl::StatusOr<std::optional<KnownPerson>> ReadKnown(sql::Reader& reader, const ExternalRef& ref);
absl::StatusOr<std::vector<Lookalike>> ReadLookalikes(sql::Reader& reader, const Participant& person);

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_SQL_READS_H_
