#include "services/partner/domain/contact_person.h"

#include "absl/strings/ascii.h"
#include "common/status/etag.h"
#include "common/status/macros.h"

namespace brygga::partner {

std::string EmailKey(std::string_view email) { return absl::AsciiStrToLower({email.data(), email.size()}); }

std::vector<FieldViolation> Problems(const ContactPerson& person, std::string_view path) {
  std::vector<FieldViolation> problems;
  const std::string prefix = std::string(path) + ".";
  if (person.email.empty() && person.phone.empty()) {
    problems.push_back({prefix + "email", "is empty and so is phone; set one of them"});
  }
  if (person.start_date && person.end_date < *person.start_date) {
    problems.push_back({prefix + "end_date", "is before start_date; it is the last day in the role, or empty"});
  }
  return problems;
}

absl::StatusOr<ContactPerson> Update(const ContactPerson& before, const ContactPerson& wanted, std::string_view etag,
                                     absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, before.revision, NameOf(before.organisation, before.id)));
  ContactPerson after = wanted;
  after.id = before.id;
  after.organisation = before.organisation;
  after.revision = before.revision;
  after.created_at = before.created_at;
  after.updated_at = before.updated_at;
  if (auto problems = Problems(after, "contact_person"); !problems.empty()) return InvalidFields(std::move(problems));
  if (after == before) return before;
  ++after.revision;
  after.updated_at = now;
  return after;
}

const list::Schema& ContactPersonSchema() {
  using list::FieldKind;
  static const list::Schema kSchema = {
      {.name = "role", .kind = FieldKind::kEnum, .enum_values = AllNames<ContactRole>()},
      {.name = "start_date", .kind = FieldKind::kDate, .sortable = list::Sortable::kYes},
      {.name = "end_date", .kind = FieldKind::kDate},
  };
  return kSchema;
}

list::Value FieldOf(const ContactPerson& person, std::string_view field) {
  if (field == "role") return NameOf(person.role);
  if (field == "start_date") return person.start_date ? FormatDate(*person.start_date) : "";
  if (field == "end_date") return FormatDate(person.end_date);
  return person.id.value();
}

}  // namespace brygga::partner
