#include "common/rpc/process.h"

#include <signal.h>

#include <cstdio>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/status/macros.h"

namespace brygga::rpc {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Has no token: every call is anonymous.
class NoTokens final : public TokenSource {
 public:
  std::string Token() const override { return ""; }
};

absl::StatusOr<LogLevel> ParseLevel(const std::string& word) {
  if (word == "debug") return LogLevel::kDebug;
  if (word == "info") return LogLevel::kInfo;
  if (word == "warning") return LogLevel::kWarning;
  if (word == "error") return LogLevel::kError;
  if (word == "off") return LogLevel::kOff;
  return absl::InvalidArgumentError("--log-level is one of debug, info, warning, error, off");
}

}  // namespace

Process::Process(std::string name, std::string_view description, const Ports& ports)
    : name_(std::move(name)), config_("brygga-" + name_, description), ports_(ports) {
  // Debian's Abseil is built with its deadlock detector on, which would end us
  // for cycles inside gRPC.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  server_.name = name_;
  config_.Text("host", &host_, "Where to listen; beyond loopback a real issuer is needed")
      .Int("port", &ports_.port, "Port of the service; 0 takes a free one", 0, 65535)
      .Int("admin-port", &ports_.admin_port, "Port of health and reflection, on the same host", 0, 65535)
      .Int("metrics-port", &ports_.metrics_port, "Port of Prometheus metrics, on the same host", 0, 65535)
      .Int("threads", &server_.threads, "Calls that run at once", 1, 1024)
      .Int("queue", &server_.queue, "Calls that may wait for a thread", 0, 100000)
      .Int("streams", &server_.streams, "Server streams at once", 1, 10000)
      .Duration("drain-wait", &server_.drain_wait, "Between saying not ready and refusing calls")
      .Duration("drain-grace", &server_.drain_grace, "How long running calls get when stopping")
      .Text("local-issuer", &local_issuer_folder_, "Folder of a local issuer of tokens; made where there is none")
      .Text("jwks-file", &jwt_.jwks_file, "Public keys of the issuer, a JWKS file")
      .Text("issuer", &jwt_.issuer, "The issuer that tokens must name")
      .Text("audience", &jwt_.audience, "The audience that tokens must name")
      .Text("service-token-file", &service_token_file_, "File with the token for calls in this service's own name")
      .Text("log-file", &log_file_, "Where to append the log; standard error without it")
      .Text("log-level", &log_level_, "debug, info, warning, error or off");
}

Process::~Process() = default;

absl::StatusOr<ServerOptions> Process::Prepare() {
  BRYGGA_ASSIGN_OR_RETURN(const LogLevel level, ParseLevel(log_level_));
  log_ = log_file_.empty() ? Log::ToStderr(name_, level) : Log::ToFile(name_, log_file_, level);
  server_.log = log_;
  server_.address = absl::StrCat(host_, ":", ports_.port);
  server_.admin_address = absl::StrCat(host_, ":", ports_.admin_port);
  server_.metrics_address = absl::StrCat(host_, ":", ports_.metrics_port);
  if (!local_issuer_folder_.empty()) {
    BRYGGA_ASSIGN_OR_RETURN(issuer_, LocalIssuer::OpenOrCreate(local_issuer_folder_));
    jwt_.jwks_file = issuer_->jwt_options().jwks_file;
    jwt_.issuer = issuer_->jwt_options().issuer;
    server_.local_issuer = true;
    service_tokens_ = issuer_->ServiceTokens(name_);
  } else if (jwt_.jwks_file.empty() || jwt_.issuer.empty()) {
    return absl::InvalidArgumentError("name who issues tokens: --local-issuer FOLDER, or --jwks-file and --issuer");
  }
  if (!service_token_file_.empty()) service_tokens_ = TokenFile(service_token_file_);
  if (service_tokens_ == nullptr) service_tokens_ = std::make_unique<NoTokens>();
  BRYGGA_ASSIGN_OR_RETURN(server_.authenticator, OpenJwtAuthenticator(jwt_));
  return server_;
}

int Process::Run(int argc, char** argv, const std::function<absl::Status(const ServerOptions&)>& serve) {
  if (const auto code = config_.Parse(argc, argv)) return *code;
  const auto fail = [this](const absl::Status& status, int code) {
    std::fprintf(stderr, "brygga-%s: %s\n", name_.c_str(), std::string(status.message()).c_str());
    return code;
  };
  const auto options = Prepare();
  if (!options.ok()) return fail(options.status(), 2);
  if (absl::Status status = serve(*options); !status.ok()) return fail(status, 1);
  return 0;
}

absl::Status Process::ServeUntilSignalled(const std::vector<Server*>& servers) {
  for (Server* server : servers) {
    server->SetReady(true);
    log_->Info("ready", {{"address", server->address()},
                         {"admin_port", server->admin_port()},
                         {"metrics_port", server->metrics_port()}});
  }
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  log_->Info("stopping", {{"signal", signal}});
  std::vector<std::thread> drains;
  for (Server* server : servers) drains.emplace_back([server] { server->Drain(); });
  for (std::thread& drain : drains) drain.join();
  log_->Info("stopped");
  return absl::OkStatus();
}

}  // namespace brygga::rpc
