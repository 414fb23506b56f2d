// Imports partners.csv: organisations, their agreements with one operator, and
// an address to reach them by.
#ifndef BRYGGA_CLI_IMPORT_PARTNERS_H_
#define BRYGGA_CLI_IMPORT_PARTNERS_H_

#include <string>
#include <vector>

#include "brygga/partner/v1/partner_service.pb.h"
#include "cli/app/api.h"
#include "cli/import/importer.h"

namespace brygga::cli {

struct PartnersTarget {
  std::string operator_name;  // organisations/{organisation}.
  std::string source;         // Which system the rows' ids come from.
};

class PartnersImporter final : public Importer {
 public:
  // `api` outlives the importer.
  PartnersImporter(const Api& api, const PartnersTarget& target);

  std::string_view kind() const override { return "partners"; }
  const CsvFormat& format() const override;
  std::vector<RowProblem> Add(const CsvRow& row) override;
  absl::StatusOr<std::vector<std::vector<FieldViolation>>> Resolve() override;
  absl::StatusOr<std::vector<RowResult>> Probe(const std::string& request_id) override;
  std::string Content() const override;
  absl::StatusOr<std::vector<RowResult>> Send(const std::string& request_id, DryRun dry_run) override;
  void Clear() override;
  std::string_view ColumnOf(std::string_view field) const override;

 private:
  absl::StatusOr<std::vector<RowResult>> Import(partner::v1::ImportOrganisationsRequest request,
                                                const std::string& request_id, DryRun dry_run) const;

  const Api& api_;
  partner::v1::ImportOrganisationsRequest batch_, aside_;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_PARTNERS_H_
