// The participant service as a whole: what main.cc and the suite start. This is
// the wiring: the only place beside tests that names the SQL adapter.
#ifndef BRYGGA_SERVICES_PARTICIPANT_SERVICE_H_
#define BRYGGA_SERVICES_PARTICIPANT_SERVICE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/feed/change_feed.h"
#include "common/log/log.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/rpc/service.h"
#include "common/sql/database.h"
#include "common/time/periodic.h"
#include "services/participant/domain/data_subject_request.h"
#include "services/participant/domain/partner_directory.h"
#include "services/participant/rpc/data_subject_request_handler.h"
#include "services/participant/rpc/enquiry_handler.h"
#include "services/participant/rpc/enrolment_handler.h"
#include "services/participant/rpc/participant_handler.h"
#include "services/participant/rpc/programme_handler.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

struct ServiceOptions {
  // Who erases what they hold of a person, beside this service.
  ErasureRules erasure = {.holders = {"matching", "events"}, .deadline = absl::Hours(24)};
  std::shared_ptr<Log> log = nullptr;  // Shared with the server.
};

// Its handlers over one store. It outlives the server that has its services.
class ParticipantService {
 public:
  // Opens the database that `url` names (common/sql/database.h) and brings its
  // tables up to date; `options.migrations` is set here. Sweeps it from then on.
  // Agreements are followed by `partner`'s feed and, where that is not to be had,
  // asked of it, with `tokens`, which outlive it.
  //
  // What sql::Database::Open answers.
  static absl::StatusOr<std::unique_ptr<ParticipantService>> Open(const std::string& url,
                                                                  std::shared_ptr<rpc::Channel> partner,
                                                                  const rpc::TokenSource& tokens,
                                                                  sql::Options options = {},
                                                                  ServiceOptions service = {});

  // Over a store and a directory of the caller's, which outlive it.
  ParticipantService(ParticipantStore& store, PartnerDirectory& partners, ServiceOptions service = {});
  ~ParticipantService();

  std::vector<rpc::Service> services();

  // Ends what runs without a caller and asks partner, before partner goes.
  void Stop();

 private:
  // What is known of partner's agreements, and how it comes here.
  struct Agreements;

  ParticipantService(std::unique_ptr<sql::Database> database, std::unique_ptr<ParticipantStore> store,
                     std::unique_ptr<Agreements> agreements, ServiceOptions service);

  const std::unique_ptr<sql::Database> database_;
  const std::unique_ptr<ParticipantStore> store_;
  const std::unique_ptr<Agreements> agreements_;  // Null over a store of the caller's.
  ParticipantHandler participants_;
  ProgrammeHandler programmes_;
  EnrolmentHandler enrolments_;
  EnquiryHandler enquiries_;
  DataSubjectRequestHandler requests_;
  const std::optional<Periodic> sweep_;  // Last: it uses the others. None over a store of the caller's.
  // Last: it uses the database. Null over a store of the caller's.
  std::unique_ptr<feed::ChangeFeed> changes_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_SERVICE_H_
