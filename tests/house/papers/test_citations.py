"""Every citation in the repository leads to a section, a trap or a decision that is there."""

import re
from pathlib import PurePosixPath

import pytest

from tests.house.papers.citations import Library, Page, faults, laws_of
from tests.house.tracked import ROOT, text_of, tracked

READ = {".py", ".md", ".yaml", ".yml", ".html", ".txt", ".css", ".js", ".toml", ".sh", ".json", ".mako", ""}
# The last two write bad citations down on purpose; the lock holds digests only.
LEFT_OUT = {"requirements.lock", "LICENSE", "tests/house/papers/citations.py", "tests/house/papers/test_citations.py"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")


def library() -> Library:
    domain = text_of("docs/domain.md")
    pages = {p.removeprefix("docs/"): Page.read(text_of(p)) for p in tracked() if re.fullmatch(r"docs/[\w-]+\.md", p)}
    decisions = {d[1]: d[0] for p in tracked() if (d := re.search(r"(?<=docs/decisions/)(\d{4})-.*\.md$", p))}
    return Library(pages, decisions, laws_of(domain))


def readable() -> list[str]:
    return [p for p in tracked() if PurePosixPath(p).suffix in READ and p not in LEFT_OUT]


def test_every_citation_leads_somewhere() -> None:
    shelf = library()
    assert {"design.md", "domain.md", "pages.md"} <= set(shelf.pages)
    found = [fault for path in readable() for fault in faults(path, text_of(path), shelf)]
    assert not found, "\n".join(found)


def test_every_numbered_section_has_its_anchor() -> None:
    """Headings are translated and mended; links go to the number."""
    for name, page in library().pages.items():
        assert page.sections <= page.anchors, f"docs/{name}: {sorted(page.sections - page.anchors)} lack <a id=…>"


def test_the_domain_has_eighteen_traps() -> None:
    assert library().pages["domain.md"].traps == {str(n) for n in range(1, 19)}


def test_every_source_key_in_brackets_is_explained() -> None:
    text = text_of("docs/domain.md")
    body, sources = text.split("## 10 Sources", 1)
    explained = {key for row in re.findall(r"^\| ([^|]+) \|", sources, re.M) for key in row.split(", ")}
    cited = {key for group in re.findall(r"\[((?:[A-Z]\w*|seed)(?:, \w+)*)\](?!\()", body) for key in group.split(", ")}
    assert cited and not cited - explained


def test_links_of_the_papers_lead_somewhere() -> None:
    broken = []
    for path in (p for p in readable() if p.endswith(".md")):
        for match in LINK.finditer(re.sub(r"```.*?```", "", text_of(path), flags=re.S)):
            target = match["target"] or match["image"]
            file, _, anchor = target.partition("#")
            if "://" in target:
                continue
            there = (ROOT / path).parent / file if file else ROOT / path
            if not there.exists():
                broken.append(f"{path}: {target} is not there")
            elif anchor and anchor not in Page.read(there.read_text(encoding="utf-8")).anchors:
                broken.append(f"{path}: {target} has no such anchor")
    assert not broken, "\n".join(broken)


PAPER = (
    '# Domain\n\n## 3 Reporting <a id="3"></a>\n\n### 3.2 Decree 09/2019 <a id="3.2"></a>\n\n| <a id="trap-9"></a>9 |\n'
)
SHELF = Library({"domain.md": Page.read(PAPER)}, {"0012": "0012-rebuild.md"}, laws_of(PAPER))


@pytest.mark.parametrize(
    "text",
    [
        "docs/domain.md",
        "The limit is exclusive (docs/domain.md 3.2).",
        "docs/domain.md 3.2, trap 9: three facts",
        '"""Split over lines: docs/domain.md\n    3.2."""',
        "# comment docs/domain.md\n# trap 9",
        "docs/domain.md#trap-9 and docs/domain.md#3.2",
        "docs/decisions/0012, docs/decisions/0012-rebuild.md",
        "Decree 09/2019/NĐ-CP, article 12",
        "a domain of 3 rules; a decision 7 statements long; RFC 9110 section 8.8.3",
    ],
)
def test_what_leads_somewhere_is_no_fault(text: str) -> None:
    assert list(faults("a.py", text, SHELF)) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n\n(docs/domain.md 3.9)", "a.py:3: docs/domain.md has no section 3.9"),
        ("docs/domain.md 3.2, trap 19", "a.py:1: docs/domain.md has no trap 19"),
        ("docs/domain.md 3.2,\n    7", "a.py:1: docs/domain.md has no section 7"),
        ("docs/laws.md 3", "a.py:1: there is no docs/laws.md"),
        ("docs/domain.md#trap-8", "a.py:1: docs/domain.md has no anchor #trap-8"),
        ("docs/decisions/0099", "a.py:1: there is no docs/decisions/0099-….md"),
        ("docs/decisions/0012-again.md", "a.py:1: docs/decisions/0012 is 0012-rebuild.md"),
        ("Thông tư 99/2031/TT-BNV", "a.py:1: 'Thông tư 99/2031' is not in docs/domain.md"),
        ("(domain 8.4)", "a.py:1: 'domain 8.4' leads nowhere"),
        ("domain/README 8", "a.py:1: 'domain/README 8' leads nowhere"),
        ("the item of DESIGN 6.", "a.py:1: 'DESIGN 6.' leads nowhere"),
        ("(domain 8, trap 18)", "a.py:1: 'domain 8' leads nowhere"),
        ("Decision 12 tells why", "a.py:1: 'Decision 12' leads nowhere"),
        ("research/operations.md 1.3", "a.py:1: 'research/operations.md' leads nowhere"),
        ("≥ 0.2 (issue 3)", "a.py:1: '(issue 3)' leads nowhere"),
    ],
)
def test_what_leads_nowhere_is_named_with_file_and_line(text: str, told: str) -> None:
    first, *_ = faults("a.py", text, SHELF)
    assert first.startswith(told)
