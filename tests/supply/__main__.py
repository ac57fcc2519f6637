"""`make sbom`: the licence gate (exit code 1), then a bill of materials for each service in `.local/sbom`."""

import sys

from tests.supply.bill import bill
from tests.supply.licences import refused
from tests.supply.shipped import ROOT, SERVICES, shipped

FOLDER = ROOT / ".local/sbom"


def main() -> int:
    faults = sorted({fault for service in SERVICES for fault in refused(shipped(service))})
    print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
    if faults:
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        file = FOLDER / f"{service}.cdx.json"
        file.write_text(bill(service), "utf-8")
        print(file.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
