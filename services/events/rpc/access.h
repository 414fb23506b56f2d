// Who may see and do what, beyond what (access) in the proto says.
//
// An event belongs to a programme, and its coordinators manage it; one without
// is the administrators'. What was published is everybody's to see. A
// participant acts for themself.
#ifndef BRYGGA_SERVICES_EVENTS_RPC_ACCESS_H_
#define BRYGGA_SERVICES_EVENTS_RPC_ACCESS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/call.h"
#include "common/status/error.h"
#include "services/events/domain/event.h"
#include "services/events/store/event_store.h"

namespace brygga::events {

inline bool Coordinates(const rpc::Call& call, const std::string& programme) {
  return call.IsAdminOrService() || (!programme.empty() && call.Has(rpc::Role::kCoordinator, programme));
}

inline bool MaySee(const rpc::Call& call, const Event& event) {
  return event.published_at.has_value() || Coordinates(call, event.programme);
}

// kNotFound where the caller may not even see the event, kPermissionDenied where
// its programme is not theirs.
inline absl::Status ExpectManager(const rpc::Call& call, const Event& event) {
  if (Coordinates(call, event.programme)) return absl::OkStatus();
  if (!MaySee(call, event)) return NotFound(NameOf(event.id));
  return PermissionDenied("only the coordinators of the event's programme manage it");
}

// What the caller would make is for programmes and cohorts of theirs.
inline absl::Status ExpectOwn(const rpc::Call& call, const std::string& programme,
                              const std::vector<std::string>& cohorts) {
  bool own = Coordinates(call, programme);
  for (const std::string& cohort : cohorts) own = own && Coordinates(call, cohort);
  if (own) return absl::OkStatus();
  return PermissionDenied("a coordinator's event names a programme, and cohorts, of their own");
}

inline bool MaySee(const rpc::Call& call, const Event& event, const std::string& participant) {
  return Coordinates(call, event.programme) || call.Has(rpc::Role::kParticipant, participant);
}

inline Viewer ViewerOf(const rpc::Call& call) {
  return {.all = call.IsAdminOrService(),
          .programmes = call.BoundTo(rpc::Role::kCoordinator),
          .participants = call.BoundTo(rpc::Role::kParticipant)};
}

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_RPC_ACCESS_H_
