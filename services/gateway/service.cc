#include "services/gateway/service.h"

namespace brygga::gateway {

GatewayService::GatewayService(const Backends& backends)
    : backends_(backends), board_(backends), home_(backends), status_(backends) {}

std::vector<rpc::Service> GatewayService::services() {
  std::vector<rpc::Service> services;
  services.emplace_back("brygga.gateway.v1.GatewayService")
      .Unary("GetCohortBoard", &board_, &BoardHandler::GetCohortBoard)
      .Unary("GetParticipantHome", &home_, &HomeHandler::GetParticipantHome)
      .Unary("GetSuiteStatus", &status_, &StatusHandler::GetSuiteStatus);
  services.push_back(rpc::Service::Forward("brygga.partner.v1.PartnerService", backends_.partner));
  services.push_back(rpc::Service::Forward("brygga.partner.v1.OpeningService", backends_.partner));
  services.push_back(rpc::Service::Forward("brygga.participant.v1.ParticipantService", backends_.participant));
  services.push_back(rpc::Service::Forward("brygga.participant.v1.ProgrammeService", backends_.participant));
  services.push_back(rpc::Service::Forward("brygga.participant.v1.EnrolmentService", backends_.participant));
  services.push_back(rpc::Service::Forward("brygga.participant.v1.EnquiryService", backends_.participant));
  services.push_back(rpc::Service::Forward("brygga.participant.v1.DataSubjectRequestService", backends_.participant));
  services.push_back(rpc::Service::Forward("brygga.matching.v1.MatchingService", backends_.matching));
  services.push_back(rpc::Service::Forward("brygga.matching.v1.AllocationService", backends_.matching));
  services.push_back(rpc::Service::Forward("brygga.matching.v1.NetworkingService", backends_.matching));
  services.push_back(rpc::Service::Forward("brygga.matching.v1.ExplanationService", backends_.matching));
  services.push_back(rpc::Service::Forward("brygga.matching.v1.MeetingService", backends_.matching));
  services.push_back(rpc::Service::Forward("brygga.events.v1.EventService", backends_.events));
  services.push_back(rpc::Service::Forward("brygga.events.v1.RegistrationService", backends_.events));
  services.push_back(rpc::Service::Forward("brygga.partner.v1.ChangeService", backends_.partner));
  services.push_back(rpc::Service::Forward("brygga.participant.v1.ChangeService", backends_.participant));
  services.push_back(rpc::Service::Forward("brygga.matching.v1.ChangeService", backends_.matching));
  services.push_back(rpc::Service::Forward("brygga.events.v1.ChangeService", backends_.events));
  return services;
}

}  // namespace brygga::gateway
