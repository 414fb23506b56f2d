"""A matching problem, its file, and what `brygga solve` says of it."""

import collections
import json
import os
import subprocess

Pair = collections.namedtuple("Pair", "left right score left_rank right_rank", defaults=(None, None))


class Instance:
    """People count from 0. `pairs` are Pairs, each two people at most once."""

    def __init__(self, left_capacity, right_capacity, pairs):
        self.left_capacity = list(left_capacity)
        self.right_capacity = list(right_capacity)
        self.pairs = list(pairs)

    @property
    def ranked(self):
        return bool(self.pairs) and self.pairs[0].left_rank is not None

    def text(self):
        lines = [f"p brygga {len(self.left_capacity)} {len(self.right_capacity)} {len(self.pairs)}"]
        lines += [f"l {i + 1} {c}" for i, c in enumerate(self.left_capacity) if c != 1]
        lines += [f"r {j + 1} {c}" for j, c in enumerate(self.right_capacity) if c != 1]
        for pair in self.pairs:
            ranks = f" {pair.left_rank} {pair.right_rank}" if self.ranked else ""
            lines.append(f"e {pair.left + 1} {pair.right + 1} {pair.score}{ranks}")
        return "\n".join(lines) + "\n"

    def csv(self):
        """The same problem as a spreadsheet would hold it. People have names."""
        ranked = self.ranked
        rows = ["left;right;score;left_capacity;right_capacity" + (";left_rank;right_rank" if ranked else "")]
        end = ";;" if ranked else ""
        rows += [f'"l;{i}";;;{c};{end}' for i, c in enumerate(self.left_capacity)]
        rows += [f";r {j};;;{c}{end}" for j, c in enumerate(self.right_capacity)]
        for pair in self.pairs:
            ranks = f";{pair.left_rank};{pair.right_rank}" if ranked else ""
            rows.append(f'"l;{pair.left}";r {pair.right};{pair.score};;{ranks}')
        return "\r\n".join(rows) + "\r\n"

    def shuffled(self, random):
        return Instance(self.left_capacity, self.right_capacity, random.sample(self.pairs, len(self.pairs)))

    def turned(self):
        """Left and right change places."""
        return Instance(self.right_capacity, self.left_capacity,
                        [Pair(p.right, p.left, p.score, p.right_rank, p.left_rank) for p in self.pairs])


class Answer:
    """What one run of `brygga solve` came to: the figures of its last line, the
    pairs as positions in `instance.pairs`, and the certificate."""

    def __init__(self, figures, pairs, certificate):
        self.matched = int(figures["matched"])
        self.total = int(figures["total"])
        self.blocking_pairs = int(figures["blocking_pairs"])
        self.pairs = pairs
        self.certificate = certificate


FIGURES = ["solve_s", "matched", "total", "blocking_pairs", "cpu_s", "rss_mb"]


def last_line(output):
    """The figures of the last line, which must have exactly its form."""
    lines = output.split("\n")
    if lines[-1] != "" or len(lines) < 2:
        raise AssertionError(f"no whole last line: {output!r}")
    fields = [field.split("=") for field in lines[-2].split(" ")]
    if [field[0] for field in fields] != FIGURES or any(len(field) != 2 for field in fields):
        raise AssertionError(f"not the form of the last line: {lines[-2]!r}")
    figures = dict(fields)
    for name, value in figures.items():
        whole = name in ("matched", "total", "blocking_pairs")
        if float(value) < 0 or whole != value.isdigit():
            raise AssertionError(f"{name} is {value!r}")
    return figures


class Solver:
    """Runs `brygga solve` on instances, in a folder of its own."""

    def __init__(self, brygga, folder):
        self.brygga = brygga
        self.folder = folder

    def run(self, *arguments, **options):
        return subprocess.run([self.brygga, "solve", *arguments], capture_output=True, text=True, timeout=600, **options)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def solve(self, instance, objective, threads=1):
        path = self.write("instance.txt", instance.text())
        pairs, proof = os.path.join(self.folder, "pairs.txt"), os.path.join(self.folder, "proof.json")
        ran = self.run(path, "--objective", objective, "--threads", str(threads), "--pairs", pairs, "--certificate", proof)
        if ran.returncode != 0:
            raise AssertionError(f"exit code {ran.returncode}: {ran.stderr}")
        where = {(pair.left, pair.right): at for at, pair in enumerate(instance.pairs)}
        lines = self.read("pairs.txt").splitlines()
        head = f"p brygga {len(instance.left_capacity)} {len(instance.right_capacity)} {len(lines) - 1}"
        if lines[0] != head:
            raise AssertionError(f"the pairs begin with {lines[0]!r}, not {head!r}")
        chosen = []
        for line in lines[1:]:
            kind, i, j, score = line.split(" ")
            at = where[int(i) - 1, int(j) - 1]
            if kind != "e" or int(score) != instance.pairs[at].score:
                raise AssertionError(f"a wrong pair: {line}")
            chosen.append(at)
        return Answer(last_line(ran.stdout), chosen, json.loads(self.read("proof.json")))
