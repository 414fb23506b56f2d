#include "services/participant/rpc/import_rows.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/rpc/validator.h"
#include "services/participant/rpc/convert.h"

namespace brygga::participant {
namespace {

std::vector<FieldViolation> ProblemsOf(const v1::ImportRow& row) {
  std::vector<FieldViolation> problems;
  for (FieldViolation& problem : rpc::Validate(row.participant())) {
    problems.push_back({"participant." + problem.field, std::move(problem.description)});
  }
  for (int i = 0; i < row.enrolments_size(); ++i) {
    for (FieldViolation& problem : rpc::Validate(row.enrolments(i).enrolment())) {
      if (problem.field == "participant") continue;  // The row's own.
      problems.push_back(
          {absl::StrCat("enrolments[", i, "].enrolment.", problem.field), std::move(problem.description)});
    }
  }
  return problems;
}

ImportRow ToImportRow(const v1::ImportRow& proto, int purposes, absl::Time now) {
  ImportRow row{.person = ToDomain(proto.participant()),
                .background = ToDomain(proto.participant().background()),
                .consent = ToDomain<RowConsent>(proto.consent()),
                .confirmed_distinct = proto.confirmed_distinct(),
                .problems = ProblemsOf(proto)};
  row.person.id = ParticipantId(NewUuid(now));
  for (int i = 0; i < purposes; ++i) row.consent_ids.push_back(ConsentId(NewUuid(now)));
  for (const v1::ImportEnrolment& item : proto.enrolments()) {
    Enrolment enrolment = ToDomain(item.enrolment());
    enrolment.ref = {ToCohortRef(item.cohort()), EnrolmentId(NewUuid(now))};
    row.enrolments.push_back({.enrolment = std::move(enrolment), .withdrawn = item.withdrawn()});
  }
  return row;
}

}  // namespace

absl::StatusOr<ImportBatch> ToImportBatch(const v1::ImportParticipantsRequest& request, absl::Time now) {
  const bool any_consent = std::any_of(request.rows().begin(), request.rows().end(),
                                       [](const v1::ImportRow& row) { return row.consent() == v1::ROW_CONSENT_GIVEN; });
  std::vector<FieldViolation> violations;
  if (any_consent && !request.has_notice()) violations.push_back({"notice", "must be set: some rows have consent"});
  if (any_consent && request.purposes().empty())
    violations.push_back({"purposes", "must not be empty: some rows have consent"});
  if (!violations.empty()) return InvalidFields(std::move(violations));
  ImportBatch batch{.notice = ToDomain(request.notice())};
  for (const int purpose : request.purposes()) batch.purposes.push_back(ToDomain<Purpose>(purpose));
  for (const v1::ImportRow& row : request.rows()) batch.rows.push_back(ToImportRow(row, request.purposes_size(), now));
  return batch;
}

}  // namespace brygga::participant
