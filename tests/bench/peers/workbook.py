"""One county's month as a workbook that LibreOffice recalculates: a conversation of lines.

    python3 workbook.py FOLDER
    > make UNITS INDICATORS    answers "made"
    > correct UNIT INDICATOR CENTS
          sets that unit's value and answers "RANK CENTS", what the sheet says of the unit then

The workbook scores as row 4's scheme does: each indicator by the lowest and highest of its
column, at two places; their sum, and its rank. LibreOffice runs without a
screen as a child of this process and is spoken to through a pipe, so nothing is loaded or
saved while it is measured.
"""

import ctypes
import signal
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

OFFICE = "/usr/lib/libreoffice/program/soffice.bin"


def launch(folder, pipe):
    profile = f"-env:UserInstallation=file://{folder}/profile"
    arguments = ["--headless", "--norestore", "--nologo", profile, f"--accept=pipe,name={pipe};urp;"]
    # It ends with this process, however this process ends.
    follow = lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    return subprocess.Popen(
        [OFFICE, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=follow
    )


def start(folder):
    pipe = f"saima-bench-{time.monotonic_ns()}"
    office = launch(folder, pipe)
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        # A new profile is made first; then it asks to be started again.
        if office.poll() == 81:
            office = launch(folder, pipe)
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            hidden = PropertyValue("Hidden", 0, True, 0)
            return office, desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, (hidden,))
        except NoConnectException:
            time.sleep(0.1)
    raise TimeoutError("LibreOffice did not answer")


def column(number):
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Workbook:
    def __init__(self, book):
        self.book = book
        self.values = book.Sheets.getByIndex(0)
        book.Sheets.insertNewByName("points", 1)
        self.points = book.Sheets.getByName("points")

    def make(self, units, indicators):
        self.indicators = indicators
        cents = lambda u, i: (u * 7919 + i * 104729) % 10007 + 5000
        fill = lambda sheet, rows: sheet.getCellRangeByPosition(
            0, 0, len(rows[0]) - 1, len(rows) - 1
        ).setFormulaArray(tuple(map(tuple, rows)))
        fill(self.values, [[str(cents(u, i) / 100) for i in range(indicators)] for u in range(units)])
        name, low, high = self.values.Name, units + 1, units + 2
        last, total = column(indicators - 1), column(indicators)
        rows = []
        for u in range(1, units + 1):
            row = [f"=ROUND((${name}.{c}{u}-{c}${low})/({c}${high}-{c}${low});2)"
                   for c in map(column, range(indicators))]
            row.append(f"=ROUND(SUM(A{u}:{last}{u});2)")
            row.append(f"=RANK({total}{u};{total}$1:{total}${units};0)")
            rows.append(row)
        # The bounds stand once a column, as whoever makes such a sheet would have it.
        bounds = [[f"={word}(${name}.{c}$1:{c}${units})" for c in map(column, range(indicators))]
                  for word in ("MIN", "MAX")]
        fill(self.points, rows)
        self.points.getCellRangeByPosition(0, units, indicators - 1, units + 1).setFormulaArray(
            tuple(map(tuple, bounds))
        )
        self.book.calculateAll()

    def correct(self, unit, indicator, cents):
        self.values.getCellByPosition(indicator, unit).setValue(cents / 100)
        rank = self.points.getCellByPosition(self.indicators + 1, unit).getValue()
        total = self.points.getCellByPosition(self.indicators, unit).getValue()
        return f"{rank:.0f} {total * 100:.0f}"


def main():
    office, book = start(sys.argv[1])
    try:
        workbook = Workbook(book)
        for line in sys.stdin:
            word, *numbers = line.split()
            answer = getattr(workbook, word)(*map(int, numbers))
            print(answer or "made", flush=True)
    finally:
        office.kill()


main()
