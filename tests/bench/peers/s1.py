"""S1 as tests/bench/src/s1.rs defines it, for numpy and DuckDB: a conversation of lines.

    python s1.py numpy|duckdb [FILE]
    > make COUNTIES      answers "made"
    > score TIMES        answers "SCORES RANKS GRADES", the checksums of the last time
    > whole TIMES        the same from FILE into FILE, by one statement for each step
    > tenths TIMES       the same, a tenth of the counties at a time

Whole numbers throughout: values and points are cents, a quotient is rounded half up by
adding half of the divisor. `read` sums every value once.
"""

import sys

UNITS, INDICATORS, MONTHS, TRACK = 130, 50, 12, 26
TARGET = 120000
QUOTA = 5
VETO = 232
STEPS = [(130000, 10), (120000, 8), (110000, 6)]


def halves(i):
    """Twice the weight of an indicator."""
    return 2 + i % 5


class Numpy:
    def __init__(self):
        import numpy

        self.np = numpy

    def make(self, counties):
        np = self.np
        t = np.arange(counties, dtype=np.int64)[:, None, None, None]
        i = np.arange(INDICATORS, dtype=np.int64)[None, :, None, None]
        m = np.arange(MONTHS, dtype=np.int64)[None, None, :, None]
        u = np.arange(UNITS, dtype=np.int64)[None, None, None, :]
        self.values = np.empty((counties, INDICATORS, MONTHS, UNITS), dtype=np.int64)
        for first in range(0, counties, 10):
            part = slice(first, first + 10)
            self.values[part] = (t[part] * 7919 + u * 104729 + i * 1299709 + m * 15485863) % 10007 + 5000

    def read(self):
        return int(self.values.sum())

    def score(self):
        """Ten counties at a time, which stays in the cache and is its better way."""
        sums = [0, 0, 0]
        for first in range(0, len(self.values), 10):
            for place, more in enumerate(self.part(first, self.values[first : first + 10])):
                sums[place] += more
        return sums

    def part(self, first, values):
        np = self.np
        a = values.sum(axis=2)
        counties = len(a)
        w = np.array([halves(i) for i in range(INDICATORS)], dtype=np.int64)[None, :, None]
        points = np.empty((counties, INDICATORS, UNITS), dtype=np.int64)
        share = lambda over, under: (2 * over + under) // (2 * under)
        x, h = a[:, 0::4], w[:, 0::4]
        points[:, 0::4] = share(50 * h * np.minimum(x, TARGET), TARGET)
        x, h = a[:, 1::4], w[:, 1::4]
        points[:, 1::4] = share(50 * h * np.clip(2 * TARGET - x, 0, TARGET), TARGET)
        x, h = a[:, 2::4], w[:, 2::4]
        x = x.reshape(counties, x.shape[1], UNITS // TRACK, TRACK)
        low, high = x.min(axis=3, keepdims=True), x.max(axis=3, keepdims=True)
        span = np.where(high == low, 1, high - low)
        over = np.where(high == low, 1, x - low)
        points[:, 2::4] = share(50 * h[..., None] * over, span).reshape(counties, -1, UNITS)
        x, h = a[:, 3::4], w[:, 3::4]
        tenths = np.full_like(x, 3)
        for threshold, tenth in reversed(STEPS):
            tenths[x >= threshold] = tenth
        points[:, 3::4] = 5 * h * tenths
        vetoed = (points[:, INDICATORS - 1] < VETO).reshape(counties, -1, TRACK)
        total = points.sum(axis=1).reshape(counties, -1, TRACK)
        better = (total[:, :, None, :] > total[:, :, :, None]).sum(axis=3)
        fit = ~vetoed
        level = ((total[:, :, None, :] >= total[:, :, :, None]) & fit[:, :, None, :]).sum(axis=3)
        rank = better + 1
        grade = np.where(vetoed, 1, np.where(level <= QUOTA, 3, 2))
        t = np.arange(first, first + counties, dtype=np.int64)[:, None]
        u = np.arange(UNITS, dtype=np.int64)[None, :]
        mark = ((t * 131 + u * 17 + 1) % 1009).reshape(counties, -1, TRACK)
        return [int((it * mark).sum()) for it in (total, rank, grade)]


class Duckdb:
    # The joined minimum and maximum are its better way: a window costs more.
    POINTS = f"""
WITH cell AS (SELECT t, u, i, sum(v)::BIGINT AS a FROM obs WHERE t BETWEEN ? AND ? GROUP BY t, u, i),
bound AS (SELECT t, u // {TRACK} AS k, i, min(a) AS low, max(a) AS high FROM cell WHERE i % 4 = 2 GROUP BY ALL),
point AS (
    SELECT cell.t, cell.u, cell.i, CASE cell.i % 4
        WHEN 0 THEN (2 * 50 * (2 + cell.i % 5) * least(a, {TARGET}) + {TARGET}) // (2 * {TARGET})
        WHEN 1 THEN (2 * 50 * (2 + cell.i % 5) * greatest(least(2 * {TARGET} - a, {TARGET}), 0) + {TARGET}) // (2 * {TARGET})
        WHEN 2 THEN CASE WHEN high = low THEN 50 * (2 + cell.i % 5)
            ELSE (2 * 50 * (2 + cell.i % 5) * (a - low) + (high - low)) // (2 * (high - low)) END
        ELSE 5 * (2 + cell.i % 5) * CASE {" ".join(f"WHEN a >= {x} THEN {p}" for x, p in STEPS)} ELSE 3 END
    END AS p
    FROM cell LEFT JOIN bound ON bound.t = cell.t AND bound.k = cell.u // {TRACK} AND bound.i = cell.i)
"""
    GRADED = f"""
total AS (
    SELECT t, u, sum(p)::BIGINT AS total, bool_or(i = {INDICATORS - 1} AND p < {VETO}) AS vetoed FROM point GROUP BY t, u),
placed AS (
    SELECT *, rank() OVER track AS place, count(*) FILTER (NOT vetoed) OVER level AS level FROM total
    WINDOW track AS (PARTITION BY t, u // {TRACK} ORDER BY total DESC),
        level AS (PARTITION BY t, u // {TRACK} ORDER BY total DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)),
graded AS (
    SELECT *, CASE WHEN vetoed THEN 1 WHEN level <= {QUOTA} THEN 3 ELSE 2 END AS grade,
        (t * 131 + u * 17 + 1) % 1009 AS mark FROM placed)
"""
    SUMS = "SELECT sum(total * mark)::HUGEINT, sum(place * mark)::HUGEINT, sum(grade * mark)::HUGEINT FROM graded"

    def __init__(self, *file):
        import duckdb

        self.db = duckdb.connect(*file)
        self.db.execute("SET threads = 1")

    def make(self, counties):
        self.counties = counties
        self.db.execute("CREATE OR REPLACE TABLE obs (t INTEGER, u INTEGER, i INTEGER, m INTEGER, v INTEGER)")
        self.db.execute(
            """INSERT INTO obs SELECT t, u, i, m,
                   (t::BIGINT * 7919 + u * 104729 + i * 1299709 + m * 15485863) % 10007 + 5000
               FROM range(?) a(t), range(?) b(u), range(?) c(i), range(?) d(m)""",
            [counties, UNITS, INDICATORS, MONTHS],
        )

    def read(self):
        return int(self.db.execute("SELECT sum(v) FROM obs").fetchone()[0])

    def durable(self, chunks):
        """Points of every indicator, totals, ranks and grades in tables of the file."""
        db, step = self.db, -(-self.counties // chunks)
        db.execute("CREATE OR REPLACE TABLE score (t INTEGER, u INTEGER, i INTEGER, p INTEGER)")
        db.execute("CREATE OR REPLACE TABLE result (t INTEGER, u INTEGER, total BIGINT, place BIGINT, grade INTEGER, mark BIGINT)")
        for first in range(0, self.counties, step):
            part = [first, first + step - 1]
            db.execute("INSERT INTO score " + self.POINTS + "SELECT * FROM point", part)
            graded = self.GRADED.replace("FROM point ", "FROM score WHERE t BETWEEN ? AND ? ", 1)
            db.execute("INSERT INTO result WITH " + graded + "SELECT t, u, total, place, grade, mark FROM graded", part)
        db.execute("CHECKPOINT")
        return [int(it) for it in db.execute(self.SUMS.replace("graded", "result")).fetchone()]

    def whole(self):
        return self.durable(1)

    def tenths(self):
        return self.durable(10)

    def score(self):
        return [int(it) for it in self.db.execute(self.POINTS + "," + self.GRADED + self.SUMS, [0, self.counties]).fetchone()]


def main():
    engine = {"numpy": Numpy, "duckdb": Duckdb}[sys.argv[1]](*sys.argv[2:])
    for line in sys.stdin:
        word, number = line.split()
        if word == "make":
            engine.make(int(number))
            print("made", flush=True)
        else:
            for _ in range(int(number)):
                answer = getattr(engine, word)()
            print(answer if word == "read" else " ".join(map(str, answer)), flush=True)


main()
