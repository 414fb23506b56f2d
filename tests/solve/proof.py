"""Checks answers and certificates from docs/solve.md alone, in whole numbers of
any size. Shares nothing with the engine. Whatever does not hold raises Refused."""

import collections


class Refused(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Refused(what)


class Answered:
    """An answer as the checks see it: who is open, how many seats count."""

    def __init__(self, instance, chosen):
        self.instance = instance
        require(len(set(chosen)) == len(chosen), "a pair is there twice")
        self.chosen = set(chosen)
        self.left = collections.Counter(instance.pairs[at].left for at in chosen)
        self.right = collections.Counter(instance.pairs[at].right for at in chosen)
        for i, taken in self.left.items():
            require(taken <= instance.left_capacity[i], f"left {i} has too many")
        for j, taken in self.right.items():
            require(taken <= instance.right_capacity[j], f"right {j} has too many")
        self.open = [at for at, pair in enumerate(instance.pairs)
                     if instance.left_capacity[pair.left] > 0 and instance.right_capacity[pair.right] > 0]
        # Nobody has more seats than pairs.
        left, right = collections.Counter(), collections.Counter()
        for at in self.open:
            left[instance.pairs[at].left] += 1
            right[instance.pairs[at].right] += 1
        self.left_seats = [min(c, left[i]) for i, c in enumerate(instance.left_capacity)]
        self.right_seats = [min(c, right[j]) for j, c in enumerate(instance.right_capacity)]
        self.total = sum(instance.pairs[at].score for at in chosen)


def blocking_pairs(instance, chosen):
    answered = Answered(instance, chosen)
    # By score the highest comes first, by rank the lowest.
    left_worth = [-p.left_rank if instance.ranked else p.score for p in instance.pairs]
    right_worth = [-p.right_rank if instance.ranked else p.score for p in instance.pairs]
    left_worst, right_worst = {}, {}
    for at in chosen:
        pair = instance.pairs[at]
        left_worst[pair.left] = min(left_worst.get(pair.left, left_worth[at]), left_worth[at])
        right_worst[pair.right] = min(right_worst.get(pair.right, right_worth[at]), right_worth[at])

    def wants(capacity, taken, worst, who, worth):
        return taken[who] < capacity[who] or (capacity[who] > 0 and worth > worst[who])

    return sum(1 for at, pair in enumerate(instance.pairs) if at not in answered.chosen
               and wants(instance.left_capacity, answered.left, left_worst, pair.left, left_worth[at])
               and wants(instance.right_capacity, answered.right, right_worst, pair.right, right_worth[at]))


def check_cover(answered, certificate):
    instance, left, right = answered.instance, certificate["adept_cover"], certificate["mentor_cover"]
    require(len(left) == len(instance.left_capacity) and len(right) == len(instance.right_capacity), "sizes of the cover")
    for at in answered.open:
        pair = instance.pairs[at]
        require(left[pair.left] or right[pair.right], f"pair {at} is not touched")
    seats = sum(c for c, inside in zip(answered.left_seats, left) if inside)
    seats += sum(c for c, inside in zip(answered.right_seats, right) if inside)
    require(seats == len(answered.chosen), "the cover holds another number of seats")


def check_prices(answered, certificate, objective):
    instance, u, v = answered.instance, certificate["adept_price"], certificate["mentor_price"]
    q = certificate["unmatched_price"]
    require(len(u) == len(instance.left_capacity) and len(v) == len(instance.right_capacity), "number of prices")
    require(objective != "score" or q == 0, "score has no price of staying out")
    for at in answered.open:
        pair = instance.pairs[at]
        require(u[pair.left] + v[pair.right] >= pair.score, f"pair {at} is worth more than its prices")
    bound = -q * len(answered.chosen)
    for seats, price in zip(answered.left_seats, u):
        require(seats == 0 or price + q >= 0, "a left price is too low")
        bound += seats * (price + q)
    for seats, price in zip(answered.right_seats, v):
        require(seats == 0 or price >= 0, "a right price is negative")
        bound += seats * price
    require(bound == answered.total, "the prices allow another total")


def check_stages(answered, certificate, objective):
    """A flow hub -> left -> right -> hub, by complementary slackness: the first
    stage in which an arc's reduced cost is not 0 says how full it must be."""
    instance, stages = answered.instance, certificate["stages"]
    lefts, hub = len(instance.left_capacity), len(instance.left_capacity) + len(instance.right_capacity)
    kinds = [stage["kind"] for stage in stages]
    rest = kinds[kinds.count("BOUNDS"):]
    require(kinds[:kinds.count("BOUNDS")] == ["BOUNDS"] * kinds.count("BOUNDS"), "bounds come first")
    levels = [stage["level"] for stage in stages if stage["kind"] == "LEVEL"]
    expected = {"coverage-then-score": ["COVERAGE", "SCORE"], "score": ["SCORE"],
                "fairest": ["COVERAGE"] + ["LEVEL"] * len(levels)}[objective]
    require(rest == expected, f"the stages are {kinds}")
    require(all(a < b for a, b in zip(levels, levels[1:])), "levels ascend")
    prices = []
    for stage in stages:
        nodes = stage["node"]
        require(len(nodes) == len(stage["price"]) == len(set(nodes)), "a price each")
        require(all(0 <= node <= hub for node in nodes), "a price of nobody")
        prices.append(dict(zip(nodes, stage["price"])))

    def sign(tail, head, cost_of, stages_of):
        for s in stages_of:
            reduced = cost_of(stages[s]) - prices[s].get(tail, 0) + prices[s].get(head, 0)
            if reduced:
                return 1 if reduced > 0 else -1
        return 0

    def check(arc_sign, flow, most, name):
        require(arc_sign <= 0 or flow == 0, f"{name} should carry nothing")
        require(arc_sign >= 0 or flow == most, f"{name} should be full")

    every = range(len(stages))
    for i, seats in enumerate(answered.left_seats):
        check(sign(hub, i, lambda stage: 0, every), answered.left[i], seats, f"left {i}")
    for j, seats in enumerate(answered.right_seats):
        check(sign(lefts + j, hub, lambda stage: 0, every), answered.right[j], seats, f"right {j}")
    for at in answered.open:
        pair = instance.pairs[at]

        def cost(stage):
            return {"BOUNDS": 0, "COVERAGE": -1, "SCORE": -pair.score,
                    "LEVEL": 1 if stage.get("level") == pair.score else 0}[stage["kind"]]

        if objective == "fairest" and pair.score not in levels:
            # It is in because the stages before it force it in, or it is out: what
            # they leave free is as seldom as can be.
            before = [s for s in every if stages[s]["kind"] != "LEVEL" or stages[s]["level"] < pair.score]
            check(sign(pair.left, lefts + pair.right, cost, before) or 1, int(at in answered.chosen), 1, f"pair {at}")
            continue
        check(sign(pair.left, lefts + pair.right, cost, every), int(at in answered.chosen), 1, f"pair {at}")


def check(instance, objective, chosen, certificate):
    answered = Answered(instance, chosen)
    if objective == "stable":
        require(blocking_pairs(instance, chosen) == 0, "a pair blocks")
    elif objective == "fairest" or certificate.get("stages"):
        check_stages(answered, certificate, objective)
    else:
        if objective == "coverage-then-score":
            check_cover(answered, certificate)
        check_prices(answered, certificate, objective)
