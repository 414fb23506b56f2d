#include "common/rpc/server.h"

#include <arpa/inet.h>
#include <google/protobuf/descriptor.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <prometheus/exposer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/grpc_service.h"
#include "common/rpc/pipeline.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace brygga::rpc {
namespace {

constexpr char kReadiness[] = "readiness";
constexpr char kLiveness[] = "liveness";
constexpr absl::Duration kFarewell = absl::Milliseconds(500);
// A call that is on its way has begun by then, however slow the machine: its
// thread needs to be run once.
constexpr std::chrono::seconds kBeginning(30);

// Reflection, once linked, joins every server of the process: it is taken off
// those that the public sees.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
  }
};

// What must be said once for the process, before the first server.
void PrepareProcess() {
  static const bool prepared = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)prepared;
}

struct Address {
  std::string host;
  int port = 0;
};

absl::StatusOr<Address> ParseAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  Address address;
  if (colon == std::string::npos || colon == 0 || !absl::SimpleAtoi(text.substr(colon + 1), &address.port) ||
      address.port < 0 || address.port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(text, " is not an address; write HOST:PORT"));
  }
  address.host = text.substr(0, colon);
  return address;
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host.rfind("127.", 0) == 0;
}

absl::Status Taken(const std::string& address) {
  return Unavailable("ADDRESS_TAKEN", absl::StrCat("cannot listen on ", address, ": another program may hold it"),
                     absl::Seconds(1));
}

// `address`: where it listens, or empty.
void SetCommon(const ServerOptions& options, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(options.max_message_bytes);
  // Two servers on one port would share its calls, and nobody would notice.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 32 << 10);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // What every call would pay for and nobody uses: answers are never compressed (requests may be), and gRPC's own
  // statistics are served nowhere.
  builder->AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  builder->AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // Without these the server says goodbye to clients that ping on quiet streams.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                              static_cast<int>(absl::ToInt64Milliseconds(options.max_connection_age)));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60000);
}

// Opens a connection to a port of our own, and closes it.
void Knock(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  close(fd);
}

// Calls health in the process every so often: gRPC's callback threads nap after
// a second without work, and the first call after a nap would wait for them.
class Awake {
 public:
  explicit Awake(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)), thread_([this] { Loop(); }) {}
  ~Awake() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

 private:
  void Loop() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, std::chrono::milliseconds(400), [this] { return stopping_; })) {
      lock.unlock();
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(1));
      grpc::Slice nothing;
      const grpc::ByteBuffer request(&nothing, 1);
      grpc::ByteBuffer response;
      const grpc::internal::RpcMethod check("/grpc.health.v1.Health/Check", grpc::internal::RpcMethod::NORMAL_RPC);
      grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(channel_.get(), check, &context, request,
                                                                            &response);
      lock.lock();
    }
  }

  const std::shared_ptr<grpc::Channel> channel_;  // Shared as gRPC's channels are.
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace

// Members are destroyed from the last to the first: what serves goes before what
// it borrows.
class Server::State {
 public:
  State(ServerOptions options, std::vector<Service> services)
      : options_(std::move(options)), services_(std::move(services)), pipeline_(options_) {}

  ~State() {
    awake_.reset();
    Stop(absl::ZeroDuration());
  }

  absl::Status Start() {
    PrepareProcess();
    BRYGGA_RETURN_IF_ERROR(CheckExposure());
    BRYGGA_RETURN_IF_ERROR(StartData());
    BRYGGA_RETURN_IF_ERROR(StartAdmin());
    BRYGGA_RETURN_IF_ERROR(StartMetrics());
    SetReady(false);
    awake_ = std::make_unique<Awake>(data_->InProcessChannel(grpc::ChannelArguments()));
    return absl::OkStatus();
  }

  void SetReady(bool ready) {
    const std::lock_guard lock(health_mutex_);
    for (grpc::Server* server : {data_.get(), admin_.get()}) {
      if (server == nullptr) continue;
      grpc::HealthCheckServiceInterface* health = server->GetHealthCheckService();
      health->SetServingStatus(kLiveness, true);
      health->SetServingStatus(kReadiness, ready);
      health->SetServingStatus("", ready);
      for (const Service& service : services_) health->SetServingStatus(service.descriptor().full_name(), ready);
    }
  }

  void Drain() {
    if (drained_.exchange(true)) return;
    SetReady(false);
    absl::SleepFor(options_.drain_wait);
    pipeline_.gate.Close();
    pipeline_.open_streams.DrainAll();
    pipeline_.gate.WaitUntilEmpty(absl::ToChronoNanoseconds(options_.drain_grace));
    Stop(kFarewell);
  }

  std::shared_ptr<Channel> InProcessChannel() const {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(options_.max_message_bytes);
    return std::make_shared<Channel>(data_->InProcessChannel(arguments), callers_within_);
  }

  prometheus::Registry& metrics() const { return *pipeline_.metrics.registry(); }
  const std::string& host() const { return host_; }
  int port() const { return port_; }
  int admin_port() const { return admin_port_; }
  int metrics_port() const { return metrics_port_; }

 private:
  absl::Status CheckExposure() const {
    for (const std::string& text : {options_.address, options_.admin_address, options_.metrics_address}) {
      if (text.empty()) continue;
      BRYGGA_ASSIGN_OR_RETURN(const Address address, ParseAddress(text));
      if (options_.local_issuer && text == options_.address && !IsLoopback(address.host)) {
        return FailedPrecondition("LOCAL_ISSUER_EXPOSED",
                                  {.type = "ISSUER",
                                   .subject = text,
                                   .description = "is reached from beyond this machine; tokens of a local issuer are "
                                                  "for loopback only. Listen on 127.0.0.1 or name an issuer"});
      }
    }
    return absl::OkStatus();
  }

  absl::Status StartData() {
    grpc::ServerBuilder builder;
    SetCommon(options_, &builder);
    builder.SetOption(std::make_unique<WithoutReflection>());
    if (!options_.address.empty()) {
      host_ = ParseAddress(options_.address)->host;
      builder.AddListeningPort(options_.address, grpc::InsecureServerCredentials(), &port_);
    }
    for (const Service& service : services_) {
      BRYGGA_ASSIGN_OR_RETURN(std::shared_ptr<grpc::Service> bound, MakeGrpcService(service, pipeline_));
      builder.RegisterService(bound.get());
      grpc_services_.push_back(std::move(bound));
    }
    for (const Service& service : services_) {
      if (service.measure()) service.measure()(pipeline_.metrics.registry());
    }
    data_ = builder.BuildAndStart();
    return data_ != nullptr ? absl::OkStatus() : Taken(options_.address);
  }

  absl::Status StartAdmin() {
    if (options_.admin_address.empty()) return absl::OkStatus();
    grpc::ServerBuilder builder;
    SetCommon(options_, &builder);
    builder.AddListeningPort(options_.admin_address, grpc::InsecureServerCredentials(), &admin_port_);
    for (const Service& service : services_) {
      grpc_services_.push_back(MakeDeclaration(service));
      builder.RegisterService(grpc_services_.back().get());
    }
    admin_ = builder.BuildAndStart();
    return admin_ != nullptr ? absl::OkStatus() : Taken(options_.admin_address);
  }

  absl::Status StartMetrics() {
    if (options_.metrics_address.empty()) return absl::OkStatus();
    try {
      exposer_ = std::make_unique<prometheus::Exposer>(options_.metrics_address, 1);
    } catch (const std::exception&) {
      return Taken(options_.metrics_address);
    }
    exposer_->RegisterCollectable(pipeline_.metrics.registry());
    metrics_port_ = exposer_->GetListeningPorts().front();
    return absl::OkStatus();
  }

  void Stop(absl::Duration grace) {
    awake_.reset();
    callers_within_->Close();
    callers_within_->WaitUntilEmpty(kBeginning);
    for (grpc::Server* server : {data_.get(), admin_.get()}) {
      if (server == nullptr) continue;
      pipeline_.gate.Close();
      pipeline_.open_streams.DrainAll();
      server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
      server->Wait();
    }
    StopExposer();
  }

  // Its thread looks up from its port every two seconds only: a knock wakes it.
  void StopExposer() {
    if (exposer_ == nullptr) return;
    std::atomic<bool> stopped = false;
    std::thread stop([&] {
      exposer_.reset();
      stopped = true;
    });
    while (!stopped) {
      Knock(metrics_port_);
      absl::SleepFor(absl::Milliseconds(5));
    }
    stop.join();
  }

  const ServerOptions options_;
  const std::vector<Service> services_;
  Pipeline pipeline_;
  std::vector<std::shared_ptr<grpc::Service>> grpc_services_;
  std::unique_ptr<grpc::Server> data_;
  std::unique_ptr<grpc::Server> admin_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::unique_ptr<Awake> awake_;
  const std::shared_ptr<Gate> callers_within_ = std::make_shared<Gate>();  // Shared with channels, which may stay on.
  std::string host_;
  int port_ = 0;
  int admin_port_ = 0;
  int metrics_port_ = 0;
  std::mutex health_mutex_;  // Keeps one setting of readiness whole.
  std::atomic<bool> drained_ = false;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, std::vector<Service> services) {
  auto state = std::make_unique<State>(std::move(options), std::move(services));
  BRYGGA_RETURN_IF_ERROR(state->Start());
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::SetReady(bool ready) { state_->SetReady(ready); }
void Server::Drain() { state_->Drain(); }
int Server::port() const { return state_->port(); }
int Server::admin_port() const { return state_->admin_port(); }
int Server::metrics_port() const { return state_->metrics_port(); }
std::string Server::address() const {
  return state_->port() == 0 ? "" : absl::StrCat(state_->host(), ":", state_->port());
}
std::shared_ptr<Channel> Server::InProcessChannel() const { return state_->InProcessChannel(); }
prometheus::Registry& Server::metrics() const { return state_->metrics(); }

}  // namespace brygga::rpc
