"""Populations of many shapes. Each function takes a random.Random and about how
many people a side has, and gives an Instance; SHAPES names them all."""

import math

from instance import Instance, Pair

MOST_CAPACITY = 2**31 - 1


def most_score(people, pairs):
    """The bound of docs/solve.md."""
    return 2**59 // (max(people, pairs // 8) + 2)


def build(random, left, right, cells, score, left_seats=1, right_seats=1):
    """`cells` are pairs of people, duplicates allowed; `score` takes two people."""
    cells = sorted(set(cells))

    def seats(most, count):
        return [random.randint(1, most) if most > 1 else most for _ in range(count)]

    return Instance(seats(left_seats, left), seats(right_seats, right), [Pair(i, j, score(i, j)) for i, j in cells])


def everybody(left, right):
    return [(i, j) for i in range(left) for j in range(right)]


def some(random, left, right, each):
    return [(i, random.randrange(right)) for i in range(left) for _ in range(each)] if right else []


def two_sizes(random, n):
    return max(1, random.randint(n // 2, n)), max(1, random.randint(n // 2, n))


def dense(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, everybody(left, right), lambda i, j: random.randint(0, 10**6))


def dense_few_values(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, everybody(left, right), lambda i, j: random.randint(1, 5))


def sparse(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, some(random, left, right, random.randint(1, 6)), lambda i, j: random.randint(0, 10**6))


def alike(random, n):
    left, right = two_sizes(random, n)
    score = random.choice([0, 1, 10**6])
    return build(random, left, right, some(random, left, right, 3), lambda i, j: score, right_seats=random.choice([1, 3]))


def two_valued(random, n):
    left, right = two_sizes(random, n)
    low, high = random.choice([(0, 1), (100, 10**8), (7, 8)])
    return build(random, left, right, some(random, left, right, 5), lambda i, j: random.choice([low, high]))


def zeros_mostly(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, some(random, left, right, 4), lambda i, j: random.choice([0, 0, 0, random.randint(0, 9)]),
                 left_seats=random.choice([1, 2]), right_seats=random.choice([1, 2]))


def near_31_bits(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, some(random, left, right, 5), lambda i, j: 2**31 - 1 - random.choice([0, 1, 2, 10**6]))


def past_31_bits(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, some(random, left, right, 5), lambda i, j: 2**31 - 3 + random.randint(0, 6),
                 left_seats=random.choice([1, 2]))


def as_large_as_can_be(random, n):
    left, right = two_sizes(random, n)
    cells = sorted(set(some(random, left, right, 5)))
    most = most_score(left + right, len(cells))
    return build(random, left, right, cells, lambda i, j: random.choice([0, most, most - 1, random.randint(0, most)]),
                 left_seats=random.choice([1, 3]), right_seats=random.choice([1, 3]))


def product(random, n):
    """Machol and Wien's hard matrices, and their relatives."""
    kind = random.choice([lambda i, j: (i + 1) * (j + 1), lambda i, j: n * n - (i + 1) * (j + 1), lambda i, j: i + j, min, max,
                          lambda i, j: abs(i - j), lambda i, j: n - abs(i - j), lambda i, j: (i + j)**2, lambda i, j: i * j % 7])
    return build(random, n, n, everybody(n, n), kind)


def or_library(random, n):
    """As assign100 to assign800: costs 1 to 100 of every pair."""
    return build(random, n, n, everybody(n, n), lambda i, j: 100 - random.randint(1, 100))


def dimacs_two_cost(random, n):
    each = max(2, round(math.log2(n + 1)))
    return build(random, n, n, some(random, n, n, each), lambda i, j: random.choice([10**8 - random.randint(0, 99), random.randint(0, 99)]))


def dimacs_fixed_cost(random, n):
    own, theirs = [random.randint(0, 99) for _ in range(n)], [random.randint(0, 99) for _ in range(n)]
    return build(random, n, n, some(random, n, n, 6), lambda i, j: 10**6 - 100 * own[i] * theirs[j] + random.randint(0, 9))


def geometric(random, n):
    left, right = two_sizes(random, n)
    towns = [(random.random(), random.random()) for _ in range(random.choice([1, 3, 50]))]

    def points(count):
        return [tuple(c + 0.05 * random.random() for c in random.choice(towns)) for _ in range(count)]

    a, b = points(left), points(right)
    far = random.choice([0.03, 0.2, 2])
    cells = [(i, j) for i, j in everybody(left, right) if math.dist(a[i], b[j]) < far]
    return build(random, left, right, cells, lambda i, j: round(10**6 * (3 - math.dist(a[i], b[j]))), right_seats=random.choice([1, 2]))


def popular(random, n):
    """Few are wanted by most: degrees by a power law."""
    left, right = two_sizes(random, n)
    cells = [(i, min(right - 1, int(right ** random.random()) - 1)) for i in range(left) for _ in range(5)]
    return build(random, left, right, cells, lambda i, j: random.randint(0, 1000), right_seats=random.choice([1, 4]))


def star(random, n):
    cells = [(i, 0) for i in range(n)] + [(0, j) for j in range(n)]
    return build(random, n, n, cells, lambda i, j: random.randint(0, 3), left_seats=random.choice([1, n]), right_seats=random.choice([1, n]))


def path(random, n):
    """Whoever comes last moves everybody."""
    score = random.choice([lambda i, j: 1, lambda i, j: 0 if i == j else 10, lambda i, j: 2 * i + (j > i),
                           lambda i, j: 3 * n - 2 * i - (j > i), lambda i, j: random.randint(0, 9)])
    return build(random, n, n, [(i, i) for i in range(n)] + [(i, i + 1) for i in range(n - 1)], score)


def cycle(random, n):
    odd = random.randrange(n)
    return build(random, n, n, [(i, i) for i in range(n)] + [(i, (i + 1) % n) for i in range(n)],
                 lambda i, j: 9 + (i == odd and (j != i)) * random.choice([0, 1, -1]))


def towers(random, n):
    """Everybody may have what those before may have, too."""
    return build(random, n, n, [(i, j) for i in range(n) for j in range(i + 1)], lambda i, j: random.choice([0, 1, j]))


def crowded(random, n):
    """Most stay out: everybody wants the few."""
    few = max(1, n // 8)
    return build(random, n, n, some(random, n, few, 4), lambda i, j: random.randint(0, 50), right_seats=random.choice([1, 2]))


def left_is_many(random, n):
    few = max(1, n // 10)
    return build(random, 3 * n, few, some(random, 3 * n, few, 3), lambda i, j: random.randint(0, 10**4), right_seats=random.choice([1, 20]))


def right_is_many(random, n):
    few = max(1, n // 10)
    return build(random, few, 3 * n, some(random, few, 3 * n, 40), lambda i, j: random.randint(0, 10**4), left_seats=random.choice([1, 20]))


def seats_on_the_left(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, some(random, left, right, 6), lambda i, j: random.randint(0, 10**5), left_seats=5)


def seats_on_the_right(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, some(random, left, right, 6), lambda i, j: random.randint(0, 10**5), right_seats=5)


def seats_on_both(random, n):
    left, right = two_sizes(random, n)
    return build(random, left, right, some(random, left, right, 8), lambda i, j: random.randint(0, random.choice([1, 10, 10**6])),
                 left_seats=random.choice([2, 10]), right_seats=random.choice([2, 10]))


def seats_for_all(random, n):
    """Capacities beyond everything, on one side or both, and none at all."""
    instance = seats_on_both(random, n)
    draw = lambda: random.choice([0, 1, 2, n, MOST_CAPACITY])
    return Instance([draw() for _ in instance.left_capacity], [draw() for _ in instance.right_capacity], instance.pairs)


def nobody_has_a_seat(random, n):
    instance = sparse(random, n)
    return Instance([0] * len(instance.left_capacity), instance.right_capacity, instance.pairs)


def isolated(random, n):
    """Most people have no pair."""
    cells = [(random.randrange(n), random.randrange(n)) for _ in range(max(1, n // 4))]
    return build(random, n, n, cells, lambda i, j: random.randint(0, 9))


def islands(random, n):
    """Parts that do not touch, of sizes that differ."""
    cells, at = [], 0
    while at < n:
        size = random.randint(1, 9)
        cells += [(i, j) for i in range(at, min(n, at + size)) for j in range(at, min(n, at + size)) if random.random() < 0.6]
        at += size
    return build(random, n, n, cells, lambda i, j: random.randint(0, 20), right_seats=random.choice([1, 2]))


def no_pair(random, n):
    return Instance([1] * random.choice([0, n]), [1] * random.choice([0, n]), [])


def one_pair(random, n):
    return Instance([random.choice([0, 1, 5])], [random.choice([0, 1, 5])], [Pair(0, 0, random.choice([0, 1, 2**57]))])


def ranked(random, instance, left_ranks, right_ranks):
    """Ranks from 1 to so many; 0: without ties."""

    def ranks_of(who, most):
        drawn = {}
        for person in set(map(who, instance.pairs)):
            mine = [at for at, p in enumerate(instance.pairs) if who(p) == person]
            order = random.sample(range(1, len(mine) + 1), len(mine))
            drawn.update(zip(mine, order if most == 0 else [random.randint(1, most) for _ in mine]))
        return drawn

    left = ranks_of(lambda p: p.left, left_ranks)
    right = ranks_of(lambda p: p.right, right_ranks)
    return Instance(instance.left_capacity, instance.right_capacity,
                    [p._replace(left_rank=left[at], right_rank=right[at]) for at, p in enumerate(instance.pairs)])


def marriage(random, n):
    """Stable marriage with complete lists and no ties."""
    return ranked(random, build(random, n, n, everybody(n, n), lambda i, j: random.randint(0, 99)), 0, 0)


def incomplete_lists(random, n):
    return ranked(random, sparse(random, n), 0, 0)


def incomplete_lists_with_ties(random, n):
    return ranked(random, sparse(random, n), random.choice([1, 2, 3]), random.choice([1, 2, 3]))


def hospitals(random, n):
    """Hospitals and residents, without ties."""
    return ranked(random, seats_on_the_right(random, n), 0, 0)


def hospitals_with_ties(random, n):
    return ranked(random, seats_on_the_right(random, n), 0, random.choice([1, 2, 4]))


def many_to_many(random, n):
    return ranked(random, seats_on_both(random, n), 0, 0)


def many_to_many_with_ties(random, n):
    return ranked(random, seats_on_both(random, n), random.choice([1, 2, 4]), random.choice([1, 2, 4]))


def ranks_as_large_as_can_be(random, n):
    instance = ranked(random, sparse(random, n), 3, 3)
    return Instance(instance.left_capacity, instance.right_capacity,
                    [p._replace(left_rank=2**31 - p.left_rank, right_rank=(p.right_rank - 1) * (2**30 - 1)) for p in instance.pairs])


def all_prefer_alike(random, n):
    """Everybody has the same list: one proposal pushes the next."""
    instance = build(random, n, n, everybody(n, n), lambda i, j: 1)
    return Instance(instance.left_capacity, instance.right_capacity,
                    [p._replace(left_rank=p.right + 1, right_rank=p.left + 1) for p in instance.pairs])


SHAPES = [dense, dense_few_values, sparse, alike, two_valued, zeros_mostly, near_31_bits, past_31_bits, as_large_as_can_be, product,
          or_library, dimacs_two_cost, dimacs_fixed_cost, geometric, popular, star, path, cycle, towers, crowded, left_is_many,
          right_is_many, seats_on_the_left, seats_on_the_right, seats_on_both, seats_for_all, nobody_has_a_seat, isolated, islands,
          no_pair, one_pair, marriage, incomplete_lists, incomplete_lists_with_ties, hospitals, hospitals_with_ties, many_to_many,
          many_to_many_with_ties, ranks_as_large_as_can_be, all_prefer_alike]
