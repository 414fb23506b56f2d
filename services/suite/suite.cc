#include "services/suite/suite.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/sql/error_log.h"
#include "common/status/macros.h"

namespace brygga::suite {

absl::StatusOr<std::unique_ptr<Suite>> Suite::Start(SuiteOptions options) {
  std::unique_ptr<Suite> suite(new Suite(std::move(options)));
  BRYGGA_RETURN_IF_ERROR(suite->StartPartner());
  BRYGGA_RETURN_IF_ERROR(suite->StartParticipant());
  BRYGGA_RETURN_IF_ERROR(suite->StartMatching());
  BRYGGA_RETURN_IF_ERROR(suite->StartEvents());
  BRYGGA_RETURN_IF_ERROR(suite->StartGateway());
  return suite;
}

Suite::~Suite() { Drain(); }

std::vector<rpc::Server*> Suite::servers() const {
  std::vector<rpc::Server*> servers;
  for (const char* service : kServices) {
    if (const auto found = servers_.find(service); found != servers_.end()) servers.push_back(found->second.get());
  }
  return servers;
}

void Suite::Drain() {
  std::for_each(std::rbegin(kServices), std::rend(kServices), [this](const std::string& service) {
    if (const auto server = servers_.find(service); server != servers_.end()) server->second->Drain();
    // Before those that their work calls.
    if (service == "events" && events_ != nullptr) events_->Stop();
    if (service == "matching" && matching_ != nullptr) matching_->Stop();
    if (service == "participant" && participant_ != nullptr) participant_->Stop();
  });
}

absl::Status Suite::StartPartner() {
  BRYGGA_ASSIGN_OR_RETURN(partner_, partner::PartnerService::Open(DatabaseOf("partner"), DatabaseOptions()));
  return Serve("partner", partner_->services());
}

absl::Status Suite::StartParticipant() {
  BRYGGA_ASSIGN_OR_RETURN(participant_, participant::ParticipantService::Open(
                                            DatabaseOf("participant"), channel("partner"), TokensOf("participant"),
                                            DatabaseOptions(), {.log = options_.log}));
  return Serve("participant", participant_->services());
}

absl::Status Suite::StartMatching() {
  BRYGGA_ASSIGN_OR_RETURN(
      matching_,
      matching::MatchingService::Open(
          DatabaseOf("matching"), {.data = options_.data, .rankings = options_.rankings, .log = options_.log},
          channel("participant"), channel("partner"), TokensOf("matching"), DatabaseOptions()));
  matching_->Start();
  return Serve("matching", matching_->services());
}

absl::Status Suite::StartEvents() {
  BRYGGA_ASSIGN_OR_RETURN(
      events_, events::EventsService::Open(DatabaseOf("events"),
                                           {.participant = channel("participant"), .matching = channel("matching")},
                                           TokensOf("events"), DatabaseOptions(), {.log = options_.log}));
  return Serve("events", events_->services());
}

absl::Status Suite::StartGateway() {
  gateway_ = std::make_unique<gateway::GatewayService>(gateway::Backends{.partner = channel("partner"),
                                                                         .participant = channel("participant"),
                                                                         .matching = channel("matching"),
                                                                         .events = channel("events")});
  return Serve("gateway", gateway_->services());
}

absl::Status Suite::Serve(const std::string& service, std::vector<rpc::Service> services) {
  BRYGGA_ASSIGN_OR_RETURN(servers_[service], rpc::Server::Start(options_.server(service), std::move(services)));
  return absl::OkStatus();
}

std::string Suite::DatabaseOf(const std::string& service) const {
  return absl::StrCat("sqlite:", options_.folder, "/", service, ".db");
}

sql::Options Suite::DatabaseOptions() const {
  return {.clock = options_.clock, .log = sql::ErrorLog(options_.log), .keep_changes = options_.keep_changes};
}

const rpc::TokenSource& Suite::TokensOf(const std::string& service) {
  return *(tokens_[service] = options_.tokens(service));
}

}  // namespace brygga::suite
