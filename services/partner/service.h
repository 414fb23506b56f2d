// The partner service as a whole: what main.cc and the suite start. This is the
// wiring: the only place beside tests that names the SQL adapter.
#ifndef BRYGGA_SERVICES_PARTNER_SERVICE_H_
#define BRYGGA_SERVICES_PARTNER_SERVICE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/feed/change_feed.h"
#include "common/rpc/service.h"
#include "common/sql/database.h"
#include "common/time/periodic.h"
#include "services/partner/rpc/agreement_handler.h"
#include "services/partner/rpc/contact_person_handler.h"
#include "services/partner/rpc/network_handler.h"
#include "services/partner/rpc/opening_handler.h"
#include "services/partner/rpc/organisation_handler.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

// Its handlers over one store. It calls no other service, and outlives the server
// that has its services.
class PartnerService {
 public:
  // Opens the database that `url` names (common/sql/database.h) and brings its
  // tables up to date; `options.migrations` is set here. Sweeps it from then on.
  //
  // What sql::Database::Open answers.
  static absl::StatusOr<std::unique_ptr<PartnerService>> Open(const std::string& url, sql::Options options = {});

  // Over a store of the caller's, which outlives it.
  explicit PartnerService(PartnerStore& store);

  std::vector<rpc::Service> services();

 private:
  PartnerService(std::unique_ptr<sql::Database> database, std::unique_ptr<PartnerStore> store);

  const std::unique_ptr<sql::Database> database_;
  const std::unique_ptr<PartnerStore> store_;
  OrganisationHandler organisations_;
  NetworkHandler networks_;
  AgreementHandler agreements_;
  ContactPersonHandler contact_persons_;
  OpeningHandler openings_;
  const std::optional<Periodic> sweep_;  // Last: it uses the others. None over a store of the caller's.
  // Last: it uses the database. Null over a store of the caller's.
  std::unique_ptr<feed::ChangeFeed> changes_;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_SERVICE_H_
