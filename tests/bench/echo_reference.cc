#include "tests/bench/echo_reference.h"

#include <grpcpp/grpcpp.h>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "tests/bench/echo.grpc.pb.h"

namespace brygga::bench {
namespace {

class EchoReference final : public v1::EchoService::CallbackService {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const v1::EchoRequest* request,
                                 v1::EchoResponse* response) override {
    response->set_text(request->text());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

void ServeEchoReference(const std::function<void(const std::string& address)>& ready,
                        const std::function<void()>& wait) {
  EchoReference service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  BRYGGA_CHECK(server != nullptr);
  ready(absl::StrCat("127.0.0.1:", port));
  wait();
  server->Shutdown();
}

}  // namespace brygga::bench
