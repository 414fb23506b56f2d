// The gateway as a whole: what main.cc and the suite start.
#ifndef BRYGGA_SERVICES_GATEWAY_SERVICE_H_
#define BRYGGA_SERVICES_GATEWAY_SERVICE_H_

#include <vector>

#include "common/rpc/service.h"
#include "services/gateway/rpc/backends.h"
#include "services/gateway/rpc/board_handler.h"
#include "services/gateway/rpc/home_handler.h"
#include "services/gateway/rpc/status_handler.h"

namespace brygga::gateway {

// Its own pages, and every method of the services behind it. It keeps nothing.
// It outlives the server that has its services.
class GatewayService {
 public:
  explicit GatewayService(const Backends& backends);

  std::vector<rpc::Service> services();

 private:
  const Backends backends_;
  const BoardHandler board_;
  const HomeHandler home_;
  const StatusHandler status_;
};

}  // namespace brygga::gateway

#endif  // BRYGGA_SERVICES_GATEWAY_SERVICE_H_
