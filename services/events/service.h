// The events service as a whole: what main.cc and the suite start. This is the
// wiring: the only place beside tests that names the SQL adapter.
#ifndef BRYGGA_SERVICES_EVENTS_SERVICE_H_
#define BRYGGA_SERVICES_EVENTS_SERVICE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/feed/change_feed.h"
#include "common/feed/erasure_holder.h"
#include "common/log/log.h"
#include "common/rpc/auth/local_issuer.h"
#include "common/rpc/client.h"
#include "common/rpc/service.h"
#include "common/sql/database.h"
#include "common/time/periodic.h"
#include "services/events/domain/age_check.h"
#include "services/events/rpc/event_handler.h"
#include "services/events/rpc/registration_handler.h"
#include "services/events/store/event_store.h"
#include "services/events/store/pair_store.h"

namespace brygga::events {

// The services that it calls.
struct Neighbours {
  std::shared_ptr<rpc::Channel> participant;  // Shared with the gateway in the suite.
  std::shared_ptr<rpc::Channel> matching;
};

struct ServiceOptions {
  std::shared_ptr<Log> log = nullptr;  // Shared with the server.
};

// Its handlers over one store. It outlives the server that has its services.
class EventsService {
 public:
  // Opens the database that `url` names (common/sql/database.h) and brings its
  // tables up to date; `options.migrations` is set here. Sweeps it from then on. Ages are
  // asked through `neighbours`, under `tokens`, this service's own, which outlive it;
  // and so are erasures, which are done, and pairs, which are followed, from then on.
  //
  // What sql::Database::Open answers.
  static absl::StatusOr<std::unique_ptr<EventsService>> Open(const std::string& url, const Neighbours& neighbours,
                                                             const rpc::TokenSource& tokens, sql::Options options = {},
                                                             ServiceOptions service = {});

  // Over stores and an age check of the caller's, which outlive it.
  EventsService(EventStore& store, PairStore& pairs, AgeCheck& ages);
  ~EventsService();

  std::vector<rpc::Service> services();

  // Ends what runs without a caller and asks its neighbours, before they go.
  void Stop();

 private:
  // What follows matching.
  struct Following;

  EventsService(std::unique_ptr<sql::Database> database, std::unique_ptr<EventStore> store,
                std::unique_ptr<PairStore> pairs, std::unique_ptr<AgeCheck> ages,
                std::unique_ptr<feed::ErasureRequests> erasures);
  absl::Status ErasePerson(const std::string& participant, absl::Time deadline);

  const std::unique_ptr<sql::Database> database_;
  const std::unique_ptr<EventStore> store_;
  const std::unique_ptr<PairStore> pairs_;
  const std::unique_ptr<AgeCheck> ages_;
  const std::unique_ptr<feed::ErasureRequests> erasures_;
  EventHandler events_;
  RegistrationHandler registrations_;
  // Last: they use the others. None over a store of the caller's.
  const std::optional<Periodic> sweep_;
  std::optional<feed::ErasureHolder> holder_;
  // Last: it uses the database. Null over a store of the caller's.
  std::unique_ptr<feed::ChangeFeed> changes_;
  std::unique_ptr<Following> following_;
};

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_SERVICE_H_
