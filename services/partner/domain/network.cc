#include "services/partner/domain/network.h"

#include "common/status/error.h"
#include "common/status/etag.h"
#include "common/status/macros.h"
#include "services/partner/domain/errors.h"

namespace brygga::partner {

absl::StatusOr<Membership> End(Membership membership, Date last_day, std::string_view etag, absl::Time now) {
  BRYGGA_RETURN_IF_ERROR(ExpectEtag(etag, membership.revision, NameOf(membership.network, membership.id)));
  if (membership.period.to == last_day) return membership;
  if (membership.period.to != kNoEnd) return MembershipEnded(membership);
  if (last_day < membership.period.from) {
    return InvalidFields({{"end_date", "is before the membership began, " + FormatDate(membership.period.from)}});
  }
  membership.period.to = last_day;
  ++membership.revision;
  membership.updated_at = now;
  return membership;
}

const list::Schema& NetworkSchema() {
  static const list::Schema kSchema = {{.name = "display_name", .sortable = list::Sortable::kYes}};
  return kSchema;
}

list::Value FieldOf(const Network& network, std::string_view field) {
  if (field == "display_name") return network.display_name;
  return network.id.value();
}

const list::Schema& MembershipSchema() {
  using list::FieldKind;
  using list::Sortable;
  static const list::Schema kSchema = {
      {.name = "kind", .kind = FieldKind::kEnum, .enum_values = AllNames<MembershipKind>()},
      {.name = "start_date", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
      {.name = "end_date", .kind = FieldKind::kDate, .sortable = Sortable::kYes},
  };
  return kSchema;
}

list::Value FieldOf(const Membership& membership, std::string_view field) {
  if (field == "kind") return NameOf(membership.kind);
  if (field == "start_date") return FormatDate(membership.period.from);
  if (field == "end_date") return FormatDate(membership.period.to);
  return membership.id.value();
}

}  // namespace brygga::partner
