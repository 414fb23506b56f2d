#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "brygga/gateway/v1/gateway_service.pb.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"

namespace brygga::cli {
namespace {

namespace gv1 = ::brygga::gateway::v1;

struct NoFlags {};

std::string LatencyText(const gv1::ServiceStatus& status) {
  if (!status.has_latency()) return "";
  const double milliseconds =
      static_cast<double>(status.latency().seconds()) * 1e3 + static_cast<double>(status.latency().nanos()) / 1e6;
  return absl::StrFormat("%.1f ms", milliseconds);
}

ExitCode ShowStatus(Context& context, const NoFlags&) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<gv1::GetSuiteStatusResponse>("brygga.gateway.v1.GatewayService/GetSuiteStatus",
                                                           gv1::GetSuiteStatusRequest()));
  Table table({{"Service"}, {"State"}, {"Answers in", Align::kRight}});
  ExitCode code = kDone;
  for (const gv1::ServiceStatus& status : response.services()) {
    table.Add({status.service(), WordOf(status.state()), LatencyText(status)});
    if (status.state() != gv1::SERVICE_STATE_READY) code = kTryAgain;
  }
  context.json ? context.PrintJson(response) : void(context.out() << table.Render(context.columns()));
  return code;
}

}  // namespace

void AddStatus(const Program& program) {
  AddCommand<NoFlags>(
      program, program.app, "status", "Show whether the five services are ready; ends with 5 where one of them is not",
      "  brygga status\n  brygga status --json", [](CLI::App&, NoFlags&) {}, &ShowStatus);
}

}  // namespace brygga::cli
