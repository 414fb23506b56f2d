// Imports mentors.csv and mentees.csv: persons, their profiles, consents and
// applications.
#ifndef BRYGGA_CLI_IMPORT_PEOPLE_H_
#define BRYGGA_CLI_IMPORT_PEOPLE_H_

#include <map>
#include <string>
#include <vector>

#include "brygga/participant/v1/participant_service.pb.h"
#include "cli/app/api.h"
#include "cli/import/importer.h"
#include "cli/import/row_parser.h"

namespace brygga::cli {

enum class PersonKind { kMentor, kMentee };

struct PeopleTarget {
  // The cohort that applications to each kind of programme go to:
  // {"vocational": "programmes/…/cohorts/…"}.
  std::map<std::string, std::string, std::less<>> cohorts;
  std::string source = "sample";    // Which system the rows' ids come from.
  std::string notice = "sample-1";  // What those were shown who consent.
};

class PeopleImporter final : public Importer {
 public:
  // `api` outlives the importer.
  PeopleImporter(const Api& api, PersonKind kind, PeopleTarget target);

  std::string_view kind() const override { return kind_ == PersonKind::kMentor ? "mentors" : "mentees"; }
  const CsvFormat& format() const override;
  std::vector<RowProblem> Add(const CsvRow& row) override;
  absl::StatusOr<std::vector<std::vector<FieldViolation>>> Resolve() override;
  absl::StatusOr<std::vector<RowResult>> Probe(const std::string& request_id) override;
  std::string Content() const override;
  absl::StatusOr<std::vector<RowResult>> Send(const std::string& request_id, DryRun dry_run) override;
  void Clear() override;
  std::string_view ColumnOf(std::string_view field) const override;

 private:
  void ReadMentor(RowParser& parser, participant::v1::ImportRow& row) const;
  void ReadMentee(RowParser& parser, participant::v1::ImportRow& row) const;
  participant::v1::ImportEnrolment* Apply(RowParser& parser, std::string_view column, const std::string& programme,
                                          participant::v1::ImportRow& row) const;
  absl::StatusOr<std::vector<std::vector<FieldViolation>>> NameOrganisations(
      participant::v1::ImportParticipantsRequest& request) const;
  absl::StatusOr<std::vector<RowResult>> Import(participant::v1::ImportParticipantsRequest request,
                                                const std::string& request_id, DryRun dry_run) const;

  const Api& api_;
  const PersonKind kind_;
  const PeopleTarget target_;
  participant::v1::ImportParticipantsRequest batch_, aside_;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_PEOPLE_H_
