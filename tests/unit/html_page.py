"""Reading a report page as a browser does: its words, headings, tables, links and the files inside it."""

import base64
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Words, headings, tables and addresses of a page; fails on tags that are not closed in order."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.levels: list[int] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.attributes: list[tuple[str, str, str]] = []
        self.links: list[dict[str, str]] = []
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(content)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs))
        if tag == "figure":
            self.rows = self.tables.setdefault(dict(attrs)["id"], [])
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag in ("h1", "h2", "h3"):
            self.headings.append("")
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)
        for tag in ("h1", "h2", "h3"):
            if tag in self.open:
                self.headings[-1] += data
        if "td" in self.open or "th" in self.open:
            # Small type is separated from the number above it.
            joint = "|" if self.open[-1] == "span" and self.rows[-1][-1] else ""
            self.rows[-1][-1] += joint + data

    def row(self, table: str, name: str, after: str = "") -> list[str]:
        rows = self.tables[table]
        start = next((k for k, row in enumerate(rows) if row[0] == after), 0)
        return next(row for row in rows[start:] if row[0].split("|")[0] == name)


def downloads(page: Page) -> dict[str, str]:
    """Return the files inside a page by name."""
    return {
        link["download"]: base64.b64decode(link["href"].split("base64,")[1]).decode()
        for link in page.links
        if "download" in link and not link["download"].endswith((".svg", ".gz"))
    }
