"""Rules of this repository that no linter knows. Prints each breach; exit code 1 on any."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = {".py", ".ts", ".sh", ".md", ".toml", ".txt", ".json", ".yaml", ".yml", ".css", ".html"}
MAX_LINES = 600
HOSTS = re.compile(
    r"https?://[^/\s]*(" + "|".join(("py" + "pi", "python" + "hosted", "npm" + "js")) + r")[^/\s]*",
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [Path(name) for name in listing.split("\0") if name and (ROOT / name).is_file()]


def breaches(path: Path) -> list[str]:
    found = []
    if re.fullmatch(r"config\.(ya?ml|json)", path.name) and str(path) != "addon/config.yaml":
        found.append("the Supervisor would read this as an app: choose another name")
    if path.suffix not in CODE:
        return found
    text = (ROOT / path).read_text("utf-8", errors="replace")
    if HOSTS.search(text):
        found.append("names the host of a package registry")
    if path.name == "package-lock.json" and '"resolved": "http' in text:
        found.append("records download addresses: omit-lockfile-registry-resolved=true")
    # words.ts is the whole text of the page in one place, for whoever translates it.
    if path.suffix in {".py", ".ts"} and path.name != "words.ts" and text.count("\n") > MAX_LINES:
        found.append(f"has more than {MAX_LINES} lines: divide it")
    skips = re.search(r"pytest\.(mark\.)?(skip|xfail|importorskip)", text)
    if skips and path.suffix == ".py" and path.parts[0] == "tests":
        found.append("skips a test: a missing tool fails with the command that installs it")
    return found


def broad_excepts() -> list[str]:
    places = []
    for path in sorted((ROOT / "addon" / "matinee").rglob("*.py")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if re.search(r"except (Exception|BaseException)\b|except:", line):
                places.append(f"{path.relative_to(ROOT)}:{number}")
    return places


def main() -> int:
    count = 0
    for path in tracked():
        for breach in breaches(path):
            print(f"{path}: {breach}")
            count += 1
    places = broad_excepts()
    if len(places) > 5:
        print("more than five broad except clauses:", *places)
        count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
