// Applications to an allocation, out of a file.
#ifndef BRYGGA_CLI_IMPORT_APPLICATIONS_H_
#define BRYGGA_CLI_IMPORT_APPLICATIONS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "brygga/matching/v1/allocation_service.pb.h"
#include "cli/app/api.h"
#include "cli/import/importer.h"

namespace brygga::cli {

struct ApplicationsTarget {
  std::string allocation;
  std::string source;
};

// Reads participant_id, choices, priority, groups and meets; the last three may be
// empty, and lists are separated by semicolons. People go by the key of their import
// or by name; openings by name, or by what people call them. `api` outlives it.
class ApplicationsImporter final : public Importer {
 public:
  ApplicationsImporter(const Api& api, ApplicationsTarget target);

  std::string_view kind() const override { return "applications"; }
  const CsvFormat& format() const override;
  std::vector<RowProblem> Add(const CsvRow& row) override;
  absl::StatusOr<std::vector<std::vector<FieldViolation>>> Resolve() override;
  absl::StatusOr<std::vector<RowResult>> Probe(const std::string& request_id) override;
  std::string Content() const override;
  absl::StatusOr<std::vector<RowResult>> Send(const std::string& request_id, DryRun dry_run) override;
  void Clear() override;
  std::string_view ColumnOf(std::string_view field) const override;

 private:
  absl::StatusOr<std::vector<RowResult>> Import(matching::v1::ImportApplicationsRequest request,
                                                const std::string& request_id, DryRun dry_run) const;
  // Reads all people and all openings that the caller sees, once.
  absl::Status ReadNames();

  const Api& api_;
  const ApplicationsTarget target_;
  bool names_read_ = false;
  std::map<std::string, std::string> people_;    // By key.
  std::map<std::string, std::string> openings_;  // By what people call them; empty: several are called so.
  matching::v1::ImportApplicationsRequest batch_, aside_;
};

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_APPLICATIONS_H_
