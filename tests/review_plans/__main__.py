"""Write sample plans into a folder: `PYTHONPATH=.:tests python -m review_plans FOLDER [NAME...]`.

Each as NAME.json and, as people see it, as NAME.txt.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from review_plans.everything import MAKERS
from review_plans.properties import scenarios
from review_plans.workshop import Workshop, provider
from tandem.emulator import Emulator


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, maker in MAKERS.items():
        chosen = {f"{kind}-{it.replace('_', '-')}": it for it in scenarios(maker)}
        wanted = {name: it for name, it in chosen.items() if not names or name in names}
        if not wanted:
            continue
        with TemporaryDirectory() as scratch, Emulator() as emulator, provider(emulator) as found:
            places = [Path(scratch) / it for it in ("plans", "more")]
            for place in places:
                place.mkdir()
            made = maker(Workshop(emulator, found, places[0]), places[1])
            for name, scenario in wanted.items():
                plan = getattr(made, scenario)()
                (folder / f"{name}.json").write_text(f"{json.dumps(plan.document)}\n")
                (folder / f"{name}.txt").write_text(plan.text)
                sys.stdout.write(f"{name}: {plan.counts}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
