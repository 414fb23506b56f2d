// The tables of seats that are offered on, and what reserves and selectors learned
// besides: migration 6.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_SQL_OFFER_TABLES_H_
#define BRYGGA_SERVICES_MATCHING_STORE_SQL_OFFER_TABLES_H_

namespace brygga::matching {

inline constexpr char kOfferTables[] = R"sql(
-- What became of the seat of a placement that came to nothing. participant_id,
-- match_id: who is offered it, and the match that it becomes; '' once LAPSED.
CREATE TABLE allocation_offers (
  allocation_id TEXT NOT NULL REFERENCES allocations (id),
  freed_by_id TEXT NOT NULL,
  opening TEXT NOT NULL,
  seat_group TEXT NOT NULL,
  participant_id TEXT NOT NULL,
  choice BIGINT NOT NULL,
  match_id TEXT NOT NULL,
  state TEXT NOT NULL CONSTRAINT allocation_offers_state
    CHECK (state IN ('OFFERING', 'RETURNING', 'OFFERED', 'LAPSED')),
  reason TEXT NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  -- A seat is offered once at a time.
  PRIMARY KEY (allocation_id, freed_by_id),
  CONSTRAINT allocation_offers_reason CHECK ((reason <> '') = (state IN ('RETURNING', 'LAPSED'))),
  CONSTRAINT allocation_offers_person CHECK ((participant_id = '') = (state = 'LAPSED') AND (match_id = '') = (state = 'LAPSED'))
);
CREATE UNIQUE INDEX allocation_offers_match ON allocation_offers (match_id) WHERE match_id <> '';
-- Nobody is offered two seats of an allocation.
CREATE UNIQUE INDEX allocation_offers_participant ON allocation_offers (allocation_id, participant_id)
  WHERE participant_id <> '';
CREATE INDEX allocation_offers_under_way ON allocation_offers (state) WHERE state IN ('OFFERING', 'RETURNING');
CREATE INDEX allocation_applications_released ON allocation_applications (allocation_id) WHERE seat = 'RELEASED';
ALTER TABLE allocation_reserves ADD COLUMN seat_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE allocation_reserves ADD COLUMN scope TEXT NOT NULL DEFAULT 'ALL_SEATS';
ALTER TABLE people ADD COLUMN referral_source TEXT NOT NULL DEFAULT '';
ALTER TABLE round_people ADD COLUMN referral_source TEXT NOT NULL DEFAULT '';
)sql";

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_SQL_OFFER_TABLES_H_
