#!/usr/bin/env python3
"""Draws a published lottery again and says whether the allocation is the one that follows.

    python3 replay.py published.json --commitment 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

Reads what the operator published (README.md beside this file defines every field) and needs nothing but
Python 3. It shares no code with the program that made the allocation. Exit code 0: identical; 1: something
differs, and what; 2: the file cannot be read.
"""
import argparse
import hashlib
import hmac
import json
import sys

FORMAT = "brygga-allocation/1"
MOST_DIFFERENCES = 20


class Unreadable(Exception):
    """The file is not what README.md describes."""


def field(table, name, kind, default=None):
    """The field of a JSON object, of the kind that it must have."""
    value = table.get(name, default)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not (is_number if kind is int else isinstance(value, kind)):
        raise Unreadable(f"the field {name!r} is missing or no {kind.__name__}")
    return value


class Published:
    """The published file, with people and openings by their references."""

    def __init__(self, data):
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise Unreadable(f"this is not a file of the format {FORMAT}")
        self.mechanism = field(data, "mechanism", str)
        if self.mechanism not in ("DEFERRED_ACCEPTANCE", "MAX_PLACED"):
            raise Unreadable(f"unknown mechanism {self.mechanism!r}")
        self.commitment = field(data, "commitment", str)
        self.seed = field(data, "seed", str)
        self.guaranteed = set(field(data, "guaranteed", list))
        self.priorities = field(data, "priorities", list)
        self.precedence = field(data, "precedence", str)
        self.reserves = field(data, "reserves", list)
        for reserve in self.reserves:
            field(reserve, "group", str)
            if reserve.get("scope") not in ("ALL_SEATS", "EACH_OPENING"):
                raise Unreadable("a reserve has an unknown scope")
            if reserve.get("fallback") not in ("OPEN_TO_ALL", "KEEP_EMPTY"):
                raise Unreadable("a reserve has an unknown fallback")
            field(reserve, "share" if "share" in reserve else "count", int)
        self.openings = [field(o, "reference", str) for o in field(data, "openings", list)]
        self.seats = {o["reference"]: field(o, "seats", int) for o in data["openings"]}
        self.people = {field(a, "reference", str): a for a in field(data, "applicants", list)}
        if len(self.people) != len(data["applicants"]) or len(self.seats) != len(self.openings):
            raise Unreadable("a reference appears twice")
        self.groups = {p: set(field(a, "groups", list)) for p, a in self.people.items()}
        self.wishes = {p: [field(w, "opening", str) for w in field(a, "wishes", list)] for p, a in self.people.items()}
        for person, wishes in self.wishes.items():
            if len(set(wishes)) != len(wishes) or not all(o in self.seats for o in wishes):
                raise Unreadable(f"{person} wishes for an opening twice, or for one that is not there")
        # What each may have: its wishes less those that a rule bars.
        self.eligible = {
            p: [] if a.get("barred") else [w["opening"] for w in a["wishes"] if not w.get("barred")]
            for p, a in self.people.items()}
        self.result = field(data, "result", dict)
        self.prices = field(field(data, "certificate", dict, {}), "prices", list, [])


def draw(seed, text):
    """The lottery number of a text: 32 bytes, compared from the first on."""
    return hmac.new(seed.encode(), text.encode(), hashlib.sha256).digest()


class Replay:
    """Works everything out again, and collects what differs."""

    def __init__(self, published):
        self.data = published
        self.differences = []
        self.number = {p: draw(published.seed, p) for p in published.people}
        self.lottery = sorted(published.people, key=lambda p: (self.number[p], p))
        self.order = sorted(self.lottery, key=lambda p: (not self.is_guaranteed(p), self.level(p)))
        self.place = {p: i for i, p in enumerate(self.order)}
        self.plan = self.spread_seats()

    def is_guaranteed(self, person):
        return bool(self.data.groups[person] & self.data.guaranteed)

    def level(self, person):
        """The priority class: that of the first listed group that the person is in."""
        for i, group in enumerate(self.data.priorities):
            if group in self.data.groups[person]:
                return i
        return len(self.data.priorities)

    def differs(self, what):
        self.differences.append(what)

    # Seats ---------------------------------------------------------------------------------------------

    def spread_seats(self):
        """Per opening: seats of each reserve, then open seats."""
        left = dict(self.data.seats)
        everything = sum(left.values())
        plan = {o: [] for o in self.data.openings}
        for reserve in self.data.reserves:
            def part(seats):
                return seats * reserve["share"] // 10**6 if "share" in reserve else reserve["count"]

            total = part(everything)
            taken = {}
            for o in self.data.openings:
                if reserve["scope"] == "EACH_OPENING":
                    wanted = part(self.data.seats[o])
                else:
                    wanted = total * self.data.seats[o] // everything if everything else 0
                taken[o] = min(left[o], wanted)
                left[o] -= taken[o]
            if reserve["scope"] == "ALL_SEATS" and everything:
                queue = sorted(self.data.openings, key=lambda o: (
                    -(total * self.data.seats[o] % everything), draw(self.data.seed, "opening:" + o)))
                missing = total - sum(taken.values())
                while missing > 0 and any(left[o] for o in queue):
                    for o in queue:
                        if missing > 0 and left[o] > 0:
                            left[o] -= 1
                            taken[o] += 1
                            missing -= 1
            for o in self.data.openings:
                plan[o].append(taken[o])
        for o in self.data.openings:
            plan[o].append(left[o])
        return plan

    def opens(self, reserve):
        return self.data.reserves[reserve]["fallback"] == "OPEN_TO_ALL"

    def is_member(self, person, reserve):
        return self.data.reserves[reserve]["group"] in self.data.groups[person]

    # Deferred acceptance ---------------------------------------------------------------------------------

    def choose(self, opening, asking):
        """Whom the opening takes, each with its reserve (None: an open seat)."""
        *reserved, open_seats = self.plan[opening]
        waiting = sorted(asking, key=self.place.get)
        taken = {}

        def fill(seats, reserve):
            for person in waiting:
                if seats == 0:
                    break
                if person not in taken and (reserve is None or self.is_member(person, reserve)):
                    taken[person] = reserve
                    seats -= 1
            return seats

        rest = open_seats
        if self.data.precedence == "OPEN_FIRST":
            fill(open_seats, None)
            rest = 0
        for reserve, seats in enumerate(reserved):
            unused = fill(seats, reserve)
            if self.opens(reserve):
                rest += unused
        fill(rest, None)
        return taken

    def deferred_acceptance(self):
        """Everybody asks for the next wish until nobody is refused: opening and reserve by person."""
        wishes = {p: iter(list_) for p, list_ in self.data.eligible.items()}
        held = {o: {} for o in self.data.openings}
        free = list(self.data.people)
        while free:
            asking = {}
            for person in free:
                opening = next(wishes[person], None)
                if opening is not None:
                    asking.setdefault(opening, []).append(person)
            free = []
            for opening, people in asking.items():
                everybody = people + list(held[opening])
                held[opening] = self.choose(opening, everybody)
                free += [p for p in everybody if p not in held[opening]]
        return {p: (o, reserve) for o, taken in held.items() for p, reserve in taken.items()}

    # What is published -----------------------------------------------------------------------------------

    def check_commitment(self, announced):
        commitment = hashlib.sha256(self.data.seed.encode()).hexdigest()
        if self.data.commitment.lower() != commitment:
            self.differs(f"the seed's SHA-256 is {commitment}, not the published commitment {self.data.commitment}")
        if announced is not None and announced.lower() != commitment:
            self.differs(f"the seed's SHA-256 is {commitment}, not {announced}, which was announced")

    def check_lottery(self):
        if field(self.data.result, "lottery", list) != self.lottery:
            first = next((p for p, q in zip(self.lottery, self.data.result["lottery"]) if p != q), "the end")
            self.differs(f"the order of the lottery is another, from {first} on")

    def placements(self):
        """Opening, rank and reserve (an index, or None) of everybody who is placed."""
        groups = {reserve["group"]: i for i, reserve in enumerate(self.data.reserves)}
        placed = {}
        for entry in field(self.data.result, "placements", list):
            person, opening = field(entry, "applicant", str), field(entry, "opening", str)
            if person not in self.data.people or person in placed or opening not in self.data.seats:
                raise Unreadable(f"a placement of {person} at {opening} is of nobody, of nothing or the second one")
            if "reserve" in entry and entry["reserve"] not in groups:
                raise Unreadable(f"{person} has a seat of an unknown reserve")
            placed[person] = (opening, field(entry, "rank", int), groups.get(entry.get("reserve")))
        return placed

    def check_feasible(self, placed):
        used = {o: [0] * (len(self.data.reserves) + 1) for o in self.data.openings}
        for person, (opening, rank, reserve) in placed.items():
            if opening not in self.data.eligible[person]:
                self.differs(f"{person} is placed at {opening} without a wish for it, or against a rule")
            elif self.data.wishes[person].index(opening) + 1 != rank:
                self.differs(f"{opening} is not number {rank} of what {person} wished")
            if reserve is not None and not self.is_member(person, reserve):
                self.differs(f"{person} has a seat that is reserved for others")
            used[opening][-1 if reserve is None else reserve] += 1
        for opening, counts in used.items():
            room = self.plan[opening][-1]
            for reserve in range(len(self.data.reserves)):
                free = self.plan[opening][reserve] - counts[reserve]
                if free < 0:
                    self.differs(f"{opening} has more people on reserved seats than seats")
                if self.opens(reserve):
                    room += free
            if counts[-1] > room:
                self.differs(f"{opening} has more people than seats")

    def reason(self, person):
        entry = self.data.people[person]
        if entry.get("barred"):
            return "BARRED"
        if not self.data.wishes[person]:
            return "NO_WISHES"
        if not self.data.eligible[person]:
            return "ALL_WISHES_BARRED"
        for opening in self.data.eligible[person]:
            *reserved, open_seats = self.plan[opening]
            if open_seats or any(seats and (self.opens(r) or self.is_member(person, r))
                                 for r, seats in enumerate(reserved)):
                return "OTHERS_CAME_FIRST"
        return "NO_SEATS"

    def check_unplaced(self, placed):
        published = {field(e, "applicant", str): field(e, "reason", str)
                     for e in field(self.data.result, "unplaced", list)}
        for person in self.data.people:
            right = None if person in placed else self.reason(person)
            if published.get(person) != right:
                self.differs(f"{person} is given the reason {published.get(person)}, and it is {right}")

    def check_openings(self, placed):
        lists = {o: [] for o in self.data.openings}
        for person in self.order:
            opening_held = placed[person][0] if person in placed else None
            for opening in self.data.eligible[person]:
                if opening == opening_held:
                    break
                lists[opening].append(person)
        published = {field(e, "reference", str): e for e in field(self.data.result, "openings", list)}
        for opening in self.data.openings:
            entry = published.get(opening, {})
            if field(entry, "reserved", list, []) + [entry.get("open")] != self.plan[opening]:
                self.differs(f"the seats of {opening} are divided as {self.plan[opening]} (reserved …, open)")
            if field(entry, "reserve_list", list, []) != lists[opening]:
                self.differs(f"the reserve list of {opening} is another")

    # MAX_PLACED ------------------------------------------------------------------------------------------

    def check_prices(self, placed):
        """The prices prove that no allocation is better: linear programming duality, twice."""
        people, kinds = len(self.data.people), len(self.data.reserves) + 1
        longest = max((len(w) for w in self.data.wishes.values()), default=0)
        classes = len(self.data.priorities)
        priority = people * longest + 1
        placed_unit = priority * (people * classes + 1)
        reserved_unit = placed_unit * (people + 1)
        guaranteed_unit = reserved_unit * (people + 1)
        rank_unit = people * 2**40 + 1
        priced_unit = rank_unit * (people * people * longest + 1)
        weight_of = {p: people - i for i, p in enumerate(self.lottery)}
        if len(self.data.prices) != 2:
            self.differs("the certificate has not two stages")
            return
        names = list(self.data.people)
        try:
            stages = [(dict(zip(names, map(int, stage["applicant"]))), list(map(int, stage["host"])))
                      for stage in self.data.prices]
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable("the certificate's prices are no whole numbers") from error
        if any(len(u) != people or len(v) != len(self.data.openings) * kinds for u, v in stages):
            self.differs("the certificate has another number of prices")
            return
        (u1, v1), (u2, v2) = stages
        if min(v1 + v2, default=0) < 0 or any(u1[p] < 0 or (u1[p] == 0 and u2[p] < 0) for p in names):
            self.differs("a price is negative that must not be")
        index = {o: i for i, o in enumerate(self.data.openings)}

        def declared(person, rank, on_reserve):
            return (guaranteed_unit * self.is_guaranteed(person) + reserved_unit * on_reserve + placed_unit +
                    priority * (classes - self.level(person)) + longest + 1 - rank)

        def drawn(person, opening, rank, has_price):
            lot = int.from_bytes(draw(self.data.seed, person + "\n" + opening)[:5], "big")
            return priced_unit * has_price + rank_unit * weight_of[person] * (longest + 1 - rank) + lot

        for person in names:
            for opening in self.data.eligible[person]:
                rank = self.data.wishes[person].index(opening) + 1
                for kind in range(kinds):
                    member = kind < kinds - 1 and self.is_member(person, kind)
                    if not self.plan[opening][kind] or not (kind == kinds - 1 or member or self.opens(kind)):
                        continue
                    host = index[opening] * kinds + kind
                    gap = u1[person] + v1[host] - declared(person, rank, member)
                    if gap < 0 or (gap == 0 and
                                   u2[person] + v2[host] < drawn(person, opening, rank, v1[host] > 0)):
                        self.differs(f"{person} at {opening} is worth more than the prices allow")
        seats = [n for o in self.data.openings for n in self.plan[o]]
        bounds = [sum(u.values()) + sum(n * price for n, price in zip(seats, v)) for u, v in stages]
        totals = [0, 0]
        for person, (opening, rank, reserve) in placed.items():
            weight = declared(person, rank, reserve is not None)
            totals[0] += weight
            totals[1] += drawn(person, opening, rank, weight > u1[person])
        if totals[0] != bounds[0]:
            self.differs("the prices do not prove the allocation: there may be a better one")
        elif totals[1] != bounds[1]:
            self.differs("the prices do not prove that the lottery puts this allocation first")

    def run(self, announced):
        self.check_commitment(announced)
        self.check_lottery()
        placed = self.placements()
        self.check_feasible(placed)
        self.check_unplaced(placed)
        self.check_openings(placed)
        if self.data.mechanism == "MAX_PLACED":
            self.check_prices(placed)
        else:
            right = self.deferred_acceptance()
            for person in self.lottery:
                got, due = placed.get(person), right.get(person)
                if (got and (got[0], got[2])) != due:
                    self.differs(f"{person} is placed at {got[0] if got else 'nothing'}, and it is "
                                 f"{due[0] if due else 'nothing'}" if not got or not due or got[0] != due[0]
                                 else f"{person} sits on another seat of {got[0]}")
        return placed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="the published JSON")
    parser.add_argument("--commitment", help="what was announced before the draw: 64 hexadecimal digits")
    arguments = parser.parse_args()
    try:
        with open(arguments.file, encoding="utf-8") as file:
            replay = Replay(Published(json.load(file)))
        placed = replay.run(arguments.commitment)
    except (OSError, ValueError, Unreadable) as error:
        print(f"cannot read {arguments.file}: {error}", file=sys.stderr)
        return 2
    except (AttributeError, TypeError, KeyError) as error:
        print(f"cannot read {arguments.file}: it is not what README.md describes ({error!r})", file=sys.stderr)
        return 2
    for difference in replay.differences[:MOST_DIFFERENCES]:
        print(f"differs: {difference}")
    if len(replay.differences) > MOST_DIFFERENCES:
        print(f"differs: and {len(replay.differences) - MOST_DIFFERENCES} more")
    if replay.differences:
        return 1
    if arguments.commitment is None:
        print("note: give --commitment with what was announced before the draw, to check that it is this seed's")
    proof = "drawn again" if replay.data.mechanism == "DEFERRED_ACCEPTANCE" else "drawn again and proven by its prices"
    print(f"identical: {len(placed)} of {len(replay.data.people)} applicants placed at "
          f"{len(replay.data.openings)} openings, {proof}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
