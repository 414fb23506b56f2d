#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/app/findings.h"
#include "cli/commands/commands.h"
#include "common/rpc/auth/local_issuer.h"

namespace brygga::cli {
namespace {

struct TokenFlags {
  std::string issuer;
  bool admin = false;
  std::vector<std::string> coordinator, participant, contact;
  std::string service;
  std::string subject;
  std::string lifetime = "8h";
};

void TokenOptions(CLI::App& command, TokenFlags& flags) {
  command.add_option("--issuer", flags.issuer, "The folder of the local issuer's keys")
      ->envname("BRYGGA_ISSUER")
      ->required();
  auto* const who = command.add_option_group("who", "Who the token speaks for; at least one of these");
  who->add_flag("--admin", flags.admin, "An administrator: everything");
  who->add_option("--coordinator", flags.coordinator, "A coordinator of programmes/…; may be repeated");
  who->add_option("--participant", flags.participant, "The participant participants/…");
  who->add_option("--contact", flags.contact, "A contact person of organisations/…");
  who->add_option("--service", flags.service, "Another service, such as matching");
  who->require_option(1, 0);
  command.add_option("--subject", flags.subject, "What logs and audit call the caller; never a name of a person");
  command.add_option("--lifetime", flags.lifetime, "How long the token is good for: 30m, 8h")->capture_default_str();
}

rpc::Identity IdentityOf(const TokenFlags& flags) {
  rpc::Identity identity{.subject = flags.subject};
  const auto bind = [&](rpc::Role role, const std::vector<std::string>& resources) {
    for (const std::string& resource : resources) identity.bindings.push_back({role, resource});
  };
  if (flags.admin) identity.bindings.push_back({rpc::Role::kAdmin, ""});
  if (!flags.service.empty()) identity.bindings.push_back({rpc::Role::kService, ""});
  bind(rpc::Role::kCoordinator, flags.coordinator);
  bind(rpc::Role::kParticipant, flags.participant);
  bind(rpc::Role::kPartnerContact, flags.contact);
  if (!identity.subject.empty()) return identity;
  identity.subject = flags.service.empty() ? "local" : absl::StrCat("service:", flags.service);
  return identity;
}

ExitCode MintToken(Context& context, const TokenFlags& flags) {
  absl::Duration lifetime;
  if (!absl::ParseDuration(flags.lifetime, &lifetime) || lifetime <= absl::ZeroDuration()) {
    return context.Fail(UsageError(absl::StrCat("--lifetime ", flags.lifetime), "is not a time such as 30m or 8h"));
  }
  BRYGGA_CLI_ASSIGN(const auto issuer, rpc::LocalIssuer::OpenOrCreate(flags.issuer));
  const rpc::Identity identity = IdentityOf(flags);
  context.out() << issuer->Mint(identity.subject, identity.bindings, lifetime) << "\n";
  return kDone;
}

}  // namespace

void AddToken(const Program& program) {
  AddCommand<TokenFlags>(program, program.app, "token",
                         "Print a token of the local issuer, for installations on one computer",
                         "  brygga token --issuer .run/demo/issuer --admin > admin.token\n"
                         "  BRYGGA_TOKEN_FILE=admin.token brygga status\n"
                         "  brygga token --issuer .run/demo/issuer --coordinator programmes/018f… --lifetime 30m",
                         &TokenOptions, &MintToken);
}

}  // namespace brygga::cli
