#include "services/partner/service.h"

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "brygga/partner/v1/change_service.pb.h"
#include "common/sql/requests.h"
#include "common/status/macros.h"
#include "services/partner/store/sql/migrations.h"
#include "services/partner/store/sql/sql_partner_store.h"

namespace brygga::partner {
namespace {

// What a sweep does not get done is left to the next one, or to another replica.
constexpr absl::Duration kSweepInterval = absl::Minutes(10);
constexpr absl::Duration kSweepTimeout = absl::Seconds(30);

// All that the names in the change log lie in.
constexpr std::string_view kCollections[] = {"agreements", "contactPersons", "memberships", "networks",
                                             "openings",   "organisations",  "seats"};

}  // namespace

absl::StatusOr<std::unique_ptr<PartnerService>> PartnerService::Open(const std::string& url, sql::Options options) {
  options.migrations = kMigrations;
  const sql::LogRetention keep = options.keep_changes;
  BRYGGA_ASSIGN_OR_RETURN(auto database, sql::Database::Open(url, std::move(options)));
  auto store = std::make_unique<SqlPartnerStore>(*database);
  std::unique_ptr<PartnerService> made(new PartnerService(std::move(database), std::move(store)));
  BRYGGA_ASSIGN_OR_RETURN(
      made->changes_,
      feed::ChangeFeed::Open(*made->database_, {.service = "partner", .collections = kCollections, .keep = keep}));
  return made;
}

PartnerService::PartnerService(PartnerStore& store)
    : organisations_(store), networks_(store), agreements_(store), contact_persons_(store), openings_(store) {}

PartnerService::PartnerService(std::unique_ptr<sql::Database> database, std::unique_ptr<PartnerStore> store)
    : database_(std::move(database)),
      store_(std::move(store)),
      organisations_(*store_),
      networks_(*store_),
      agreements_(*store_),
      contact_persons_(*store_),
      openings_(*store_),
      sweep_(std::in_place, kSweepInterval,
             [this] { sql::SweepAnswers(*database_, absl::Now() + kSweepTimeout).IgnoreError(); }) {}

std::vector<rpc::Service> PartnerService::services() {
  std::vector<rpc::Service> services;
  services.emplace_back("brygga.partner.v1.PartnerService")
      .Unary("CreateOrganisation", &organisations_, &OrganisationHandler::Create)
      .Unary("GetOrganisation", &organisations_, &OrganisationHandler::Get, rpc::kPointRead)
      .Unary("UpdateOrganisation", &organisations_, &OrganisationHandler::Update)
      .Unary("ListOrganisations", &organisations_, &OrganisationHandler::List)
      .Unary("BatchGetOrganisations", &organisations_, &OrganisationHandler::BatchGet, rpc::kPointRead)
      .Unary("LookupOrganisations", &organisations_, &OrganisationHandler::Lookup)
      .Unary("ImportOrganisations", &organisations_, &OrganisationHandler::Import, rpc::kLongRunning)
      .Unary("CountSectors", &organisations_, &OrganisationHandler::CountSectors)
      .Unary("ListDirectory", &organisations_, &OrganisationHandler::ListDirectory)
      .Unary("CreateNetwork", &networks_, &NetworkHandler::Create)
      .Unary("ListNetworks", &networks_, &NetworkHandler::List)
      .Unary("CreateMembership", &networks_, &NetworkHandler::CreateMembership)
      .Unary("EndMembership", &networks_, &NetworkHandler::EndMembership)
      .Unary("ListMemberships", &networks_, &NetworkHandler::ListMemberships)
      .Unary("CreateAgreement", &agreements_, &AgreementHandler::Create)
      .Unary("CorrectAgreement", &agreements_, &AgreementHandler::Correct)
      .Unary("GetAgreement", &agreements_, &AgreementHandler::Get, rpc::kPointRead)
      .Unary("ListAgreements", &agreements_, &AgreementHandler::List)
      .Unary("ListActiveAgreements", &agreements_, &AgreementHandler::ListActive)
      .Unary("CheckAgreements", &agreements_, &AgreementHandler::Check)
      .Unary("ListPartnerships", &agreements_, &AgreementHandler::ListPartnerships)
      .Unary("CreateContactPerson", &contact_persons_, &ContactPersonHandler::Create)
      .Unary("UpdateContactPerson", &contact_persons_, &ContactPersonHandler::Update)
      .Unary("ListContactPersons", &contact_persons_, &ContactPersonHandler::List)
      .Unary("ExportContactPerson", &contact_persons_, &ContactPersonHandler::Export)
      .Unary("EraseContactPerson", &contact_persons_, &ContactPersonHandler::Erase);
  services.emplace_back("brygga.partner.v1.OpeningService")
      .Unary("CreateOpening", &openings_, &OpeningHandler::Create)
      .Unary("GetOpening", &openings_, &OpeningHandler::Get, rpc::kPointRead)
      .Unary("ListOpenings", &openings_, &OpeningHandler::List)
      .Unary("BatchGetOpenings", &openings_, &OpeningHandler::BatchGet, rpc::kPointRead)
      .Unary("UpdateOpening", &openings_, &OpeningHandler::Update)
      .Unary("OpenOpening", &openings_, &OpeningHandler::Open)
      .Unary("CloseOpening", &openings_, &OpeningHandler::Close)
      .Unary("CancelOpening", &openings_, &OpeningHandler::Cancel)
      .Unary("HoldOpeningSeat", &openings_, &OpeningHandler::Hold)
      .Unary("ConfirmOpeningSeat", &openings_, &OpeningHandler::Confirm)
      .Unary("ReleaseOpeningSeat", &openings_, &OpeningHandler::Release)
      .Unary("BatchHoldOpeningSeats", &openings_, &OpeningHandler::BatchHold)
      .Unary("BatchConfirmOpeningSeats", &openings_, &OpeningHandler::BatchConfirm)
      .Unary("BatchReleaseOpeningSeats", &openings_, &OpeningHandler::BatchRelease)
      .Unary("ListOpeningSeats", &openings_, &OpeningHandler::ListSeats);
  if (changes_ != nullptr) {
    services.push_back(changes_->Serve<v1::WatchPartnerChangesRequest, v1::WatchPartnerChangesResponse>(
        "brygga.partner.v1.ChangeService", "WatchPartnerChanges"));
  }
  return services;
}

}  // namespace brygga::partner
