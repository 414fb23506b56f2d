#include "services/participant/store/sql/writes.h"

#include <string>
#include <string_view>
#include <vector>

#include "common/sql/requests.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/participant/store/sql/rows.h"
#include "services/participant/store/sql/statements.h"

namespace brygga::participant {
namespace {

using sql::Transaction;

absl::Status InsertItem(Transaction& tx, const Participant& person, std::string_view kind, size_t position,
                        const std::string& value, const std::string& level = "") {
  return tx.Run(kInsertItem, {{"participant", person.id},
                              {"version", person.profile.version},
                              {"kind", kind},
                              {"position", position},
                              {"value", value},
                              {"level", level}});
}

absl::Status InsertProfile(Transaction& tx, const Participant& person) {
  const Profile& profile = person.profile;
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertProfile, ProfileArgs(person)));
  for (size_t i = 0; i < profile.languages.size(); ++i) {
    const LanguageSkill& skill = profile.languages[i];
    BRYGGA_RETURN_IF_ERROR(InsertItem(tx, person, "LANGUAGE", i, skill.language, WordOf(skill.level)));
  }
  for (size_t i = 0; i < profile.skills.size(); ++i) {
    BRYGGA_RETURN_IF_ERROR(InsertItem(tx, person, "SKILL", i, profile.skills[i]));
  }
  for (size_t i = 0; i < profile.slots.size(); ++i) {
    BRYGGA_RETURN_IF_ERROR(InsertItem(tx, person, "SLOT", i, WordOf(profile.slots[i])));
  }
  for (size_t i = 0; i < profile.goals.size(); ++i) {
    BRYGGA_RETURN_IF_ERROR(InsertItem(tx, person, "GOAL", i, profile.goals[i]));
  }
  return absl::OkStatus();
}

absl::Status InsertExcluded(Transaction& tx, const Enrolment& enrolment) {
  for (size_t i = 0; i < enrolment.excluded_organisations.size(); ++i) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertExcluded, {{"enrolment", enrolment.ref.enrolment},
                                                    {"position", i},
                                                    {"organisation", enrolment.excluded_organisations[i]}}));
  }
  return absl::OkStatus();
}

absl::Status InsertDecision(Transaction& tx, const Enrolment& enrolment) {
  const EnrolmentId& id = enrolment.ref.enrolment;
  const Decision& decision = *enrolment.decision;
  BRYGGA_RETURN_IF_ERROR(tx.Run(kNextDecision, {{"id", id}}));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertDecision, {{"id", id},
                                                  {"verdict", WordOf(decision.verdict)},
                                                  {"rule_set_version", decision.rule_set_version},
                                                  {"date", FormatDate(decision.date)},
                                                  {"decided_at", decision.decided_at}}));
  for (size_t i = 0; i < decision.findings.size(); ++i) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertFinding, {{"id", id},
                                                   {"position", i},
                                                   {"code", decision.findings[i].code},
                                                   {"outcome", WordOf(decision.findings[i].outcome)}}));
  }
  return absl::OkStatus();
}

absl::Status InsertRolesAndBases(Transaction& tx, const Programme& programme) {
  for (size_t i = 0; i < programme.roles.size(); ++i) {
    BRYGGA_RETURN_IF_ERROR(
        tx.Run(kInsertRole, {{"programme", programme.id}, {"position", i}, {"role", WordOf(programme.roles[i])}}));
  }
  for (size_t i = 0; i < programme.legal_bases.size(); ++i) {
    const PurposeBasis& basis = programme.legal_bases[i];
    BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertBasis, {{"programme", programme.id},
                                                 {"position", i},
                                                 {"role", WordOf(basis.role)},
                                                 {"purpose", WordOf(basis.purpose)},
                                                 {"basis", WordOf(basis.basis)}}));
  }
  return absl::OkStatus();
}

std::string NameOfConsent(const Consent& consent) { return NameOf(consent.person) + "/consents/" + consent.id.value(); }

}  // namespace

absl::StatusOr<bool> Insert(Transaction& tx, const Participant& person) {
  sql::Args args = ArgsOf(person);
  const bool named = person.external_ref.has_value();
  args.Set("external_source", named ? sql::Value(person.external_ref->source) : sql::Value());
  args.Set("external_key", named ? sql::Value(person.external_ref->key) : sql::Value());
  BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx.Affect(kInsertParticipant, args));
  if (inserted == 0) return false;
  BRYGGA_RETURN_IF_ERROR(InsertProfile(tx, person));
  tx.Changed(NameOf(person.id), ChangeKind::kCreated, person.revision);
  return true;
}

absl::StatusOr<bool> Insert(Transaction& tx, const Enrolment& enrolment) {
  BRYGGA_ASSIGN_OR_RETURN(const int64_t inserted, tx.Affect(kInsertEnrolment, ArgsOf(enrolment)));
  if (inserted == 0) return false;
  BRYGGA_RETURN_IF_ERROR(InsertExcluded(tx, enrolment));
  tx.Changed(NameOf(enrolment.ref), ChangeKind::kCreated, enrolment.revision);
  return true;
}

absl::Status Insert(Transaction& tx, const Programme& programme) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertProgramme, ArgsOf(programme)));
  BRYGGA_RETURN_IF_ERROR(InsertRolesAndBases(tx, programme));
  tx.Changed(NameOf(programme.id), ChangeKind::kCreated, programme.revision);
  return absl::OkStatus();
}

absl::Status Insert(Transaction& tx, const Screening& screening) {
  BRYGGA_RETURN_IF_ERROR(
      tx.Run(kRetireScreening, {{"participant", screening.person}, {"kind", WordOf(screening.kind)}}));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertScreening, ArgsOf(screening)));
  tx.Changed(NameOf(screening.person) + "/screenings/" + screening.id.value(), ChangeKind::kCreated, 1);
  return absl::OkStatus();
}

absl::Status Insert(Transaction& tx, const Consent& consent) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kInsertConsent, ArgsOf(consent)));
  tx.Changed(NameOfConsent(consent), ChangeKind::kCreated, consent.revision);
  return absl::OkStatus();
}

absl::Status Update(Transaction& tx, const Participant& before, const Participant& after) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateParticipant, ArgsFor(kUpdateParticipant, ArgsOf(after))));
  if (after.profile.version != before.profile.version) BRYGGA_RETURN_IF_ERROR(InsertProfile(tx, after));
  tx.Changed(NameOf(after.id), ChangeKind::kUpdated, after.revision);
  return absl::OkStatus();
}

absl::Status Update(Transaction& tx, const Enrolment& before, const Enrolment& after) {
  sql::Args args = ArgsFor(kUpdateEnrolment, ArgsOf(after));
  args.Set("expected", before.revision);
  BRYGGA_ASSIGN_OR_RETURN(const int64_t updated, tx.Affect(kUpdateEnrolment, args));
  if (updated == 0) return EtagMismatch(NameOf(after.ref));
  if (after.excluded_organisations != before.excluded_organisations) {
    BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteExcluded, {{"enrolment", after.ref.enrolment}}));
    BRYGGA_RETURN_IF_ERROR(InsertExcluded(tx, after));
  }
  if (after.decision && after.decision != before.decision) BRYGGA_RETURN_IF_ERROR(InsertDecision(tx, after));
  tx.Changed(NameOf(after.ref), ChangeKind::kUpdated, after.revision);
  return absl::OkStatus();
}

absl::Status Update(Transaction& tx, const Programme& after) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateProgramme, ArgsFor(kUpdateProgramme, ArgsOf(after))));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteRoles, {{"programme", after.id}}));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kDeleteBases, {{"programme", after.id}}));
  BRYGGA_RETURN_IF_ERROR(InsertRolesAndBases(tx, after));
  tx.Changed(NameOf(after.id), ChangeKind::kUpdated, after.revision);
  return absl::OkStatus();
}

absl::Status Update(Transaction& tx, const Consent& after) {
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateConsent, ArgsFor(kUpdateConsent, ArgsOf(after))));
  tx.Changed(NameOfConsent(after), ChangeKind::kUpdated, after.revision);
  return absl::OkStatus();
}

absl::Status Update(Transaction& tx, const Enquiry& after) {
  if (after.state == EnquiryState::kDeleted) BRYGGA_RETURN_IF_ERROR(sql::EraseAnswers(tx, NameOf(after.id)));
  BRYGGA_RETURN_IF_ERROR(tx.Run(kUpdateEnquiry, ArgsFor(kUpdateEnquiry, ArgsOf(after))));
  tx.Changed(NameOf(after.id), ChangeKind::kUpdated, after.revision);
  return absl::OkStatus();
}

absl::Status Put(Transaction& tx, const ParticipantId& person, const Background& background) {
  return tx.Run(kPutBackground, ArgsOf(person, background));
}

absl::Status Link(Transaction& tx, const ParticipantId& person, const ProgrammeId& programme) {
  return tx.Run(kLinkProgramme, {{"participant", person}, {"programme", programme}});
}

}  // namespace brygga::participant
