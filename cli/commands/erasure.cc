#include "absl/strings/str_cat.h"
#include "brygga/participant/v1/data_subject_request_service.pb.h"
#include "cli/app/find.h"
#include "cli/app/findings.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/table.h"
#include "cli/output/text.h"

namespace brygga::cli {
namespace {

namespace v1 = ::brygga::participant::v1;

constexpr char kService[] = "brygga.participant.v1.DataSubjectRequestService/";
constexpr char kRequestHelp[] = "dataSubjectRequests/…, as `erasure list` shows it";

// "2 of 3", and who is late.
std::string HoldersText(const v1::DataSubjectRequest& request) {
  int done = 0;
  std::string late;
  for (const v1::Holder& holder : request.holders()) {
    if (holder.state() == v1::HOLDER_STATE_ACKNOWLEDGED) ++done;
    if (holder.state() == v1::HOLDER_STATE_OVERDUE) absl::StrAppend(&late, late.empty() ? "" : ", ", holder.holder());
  }
  return absl::StrCat(done, " of ", request.holders_size(), late.empty() ? "" : absl::StrCat("; overdue: ", late));
}

void Print(Context& context, const v1::DataSubjectRequest& request) {
  if (context.json) {
    context.PrintJson(request);
    return;
  }
  context.out() << request.name() << "\n"
                << WordOf(request.kind()) << " of " << request.participant() << ", asked on "
                << StockholmTime(request.create_time()) << ": " << WordOf(request.state()) << "\n\n";
  Table table({{"Holder"}, {"State"}, {"Acknowledged"}, {"Due"}});
  for (const v1::Holder& holder : request.holders()) {
    table.Add({holder.holder(), WordOf(holder.state()),
               holder.has_acknowledge_time() ? StockholmTime(holder.acknowledge_time()) : "",
               holder.state() == v1::HOLDER_STATE_ACKNOWLEDGED ? "" : StockholmTime(holder.due_time())});
  }
  context.out() << table.Render(context.columns());
}

struct RequestFlags {
  std::string person;
  bool yes = false;
};

void RequestOptions(CLI::App& command, RequestFlags& flags) {
  command.add_option("PERSON", flags.person, kPersonHelp)->required();
  command.add_flag("--yes", flags.yes, "Erase; without it nothing is done");
}

ExitCode Request(Context& context, const RequestFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::RequestErasureRequest request;
  BRYGGA_CLI_ASSIGN(*request.mutable_participant(), FindParticipant(*api, flags.person));
  if (!flags.yes) {
    return context.Fail(UsageError("--yes", absl::StrCat("everything about ", flags.person,
                                                         " would be erased from every service and cannot be undone; "
                                                         "give --yes to erase. Nothing was done")));
  }
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::RequestErasureResponse>(absl::StrCat(kService, "RequestErasure"), request));
  Print(context, response.data_subject_request());
  return kDone;
}

struct ListFlags {
  bool all = false;
};

void ListOptions(CLI::App& command, ListFlags& flags) {
  command.add_flag("--all", flags.all, "Also those that every holder has acknowledged");
}

ExitCode List(Context& context, const ListFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::ListDataSubjectRequestsRequest request;
  request.set_order_by("create_time");
  if (!flags.all) request.set_filter("state = OPEN");
  BRYGGA_CLI_ASSIGN(const auto all, api->All<v1::ListDataSubjectRequestsResponse>(
                                        absl::StrCat(kService, "ListDataSubjectRequests"), request));
  if (context.json) {
    context.PrintJson(all);
    return kDone;
  }
  if (all.data_subject_requests().empty()) {
    context.out() << (flags.all ? "Nobody has been erased.\n" : "No erasure waits for anybody.\n");
    return kDone;
  }
  Table table({{"Asked"}, {"State"}, {"Acknowledged"}, {"Person", Align::kLeft, 60}, {"Name", Align::kLeft, 70}});
  for (const v1::DataSubjectRequest& item : all.data_subject_requests()) {
    table.Add(
        {StockholmTime(item.create_time()), WordOf(item.state()), HoldersText(item), item.participant(), item.name()});
  }
  context.out() << table.Render(context.columns());
  return kDone;
}

struct ShowFlags {
  std::string name;
};

void ShowOptions(CLI::App& command, ShowFlags& flags) {
  command.add_option("REQUEST", flags.name, kRequestHelp)->required();
}

ExitCode Show(Context& context, const ShowFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::GetDataSubjectRequestRequest request;
  request.set_name(flags.name);
  BRYGGA_CLI_ASSIGN(const auto response, api->Call<v1::GetDataSubjectRequestResponse>(
                                             absl::StrCat(kService, "GetDataSubjectRequest"), request));
  Print(context, response.data_subject_request());
  return kDone;
}

struct AcknowledgeFlags {
  std::string name, holder;
};

void AcknowledgeOptions(CLI::App& command, AcknowledgeFlags& flags) {
  command.add_option("REQUEST", flags.name, kRequestHelp)->required();
  command.add_option("--holder", flags.holder, "A holder that is no service, such as paper-archive")->required();
}

ExitCode Acknowledge(Context& context, const AcknowledgeFlags& flags) {
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  v1::AcknowledgeErasureRequest request;
  request.set_name(flags.name);
  request.set_holder(flags.holder);
  request.set_request_id(NewRequestId());
  BRYGGA_CLI_ASSIGN(const auto response,
                    api->Call<v1::AcknowledgeErasureResponse>(absl::StrCat(kService, "AcknowledgeErasure"), request));
  Print(context, response.data_subject_request());
  return kDone;
}

}  // namespace

void AddErasure(const Program& program) {
  CLI::App& group = *AddGroup(program.app, "erasure", "Erase a person everywhere, and see who has done so",
                              "  brygga erasure request A00001 --yes\n"
                              "  brygga erasure list");
  AddCommand<RequestFlags>(program, group, "request", "Erase a person from every service, for good",
                           "  brygga erasure request A00001 --yes", &RequestOptions, &Request);
  AddCommand<ListFlags>(program, group, "list", "List the erasures that somebody has yet to acknowledge",
                        "  brygga erasure list\n"
                        "  brygga --json erasure list --all",
                        &ListOptions, &List);
  AddCommand<ShowFlags>(program, group, "show", "Show an erasure and who has acknowledged it",
                        "  brygga erasure show dataSubjectRequests/…", &ShowOptions, &Show);
  AddCommand<AcknowledgeFlags>(program, group, "acknowledge", "Say that a holder that is no service has erased its own",
                               "  brygga erasure acknowledge dataSubjectRequests/… --holder paper-archive",
                               &AcknowledgeOptions, &Acknowledge);
}

}  // namespace brygga::cli
