import re
import shlex
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from mtornet.errors import OutputError
from mtornet.plot import figures_for
from mtornet.report.embed import embedded
from mtornet.report.html import write_report
from mtornet.report.parts import duration, shown
from mtornet.report.repeat import command_line

VOID = {"meta", "img", "br", "link", "input", "hr"}
LOADING = {"src", "srcset", "poster", "data", "background", "action", "xlink:href"}


class Page(HTMLParser):
    """Collects what a reader, a screen reader and a network would meet."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.loads, self.open, self.heads = [], [], [], [], [], []
        self.named: list[bool] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name in LOADING:
                self.loads.append(value)
            if name == "href":
                self.links.append(value)
        if tag == "img":
            self.named.append(bool(given.get("alt")))
        if tag == "svg" and "aria-hidden" not in given:
            self.named.append(given.get("role") == "img" and bool(given.get("aria-label")))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data
        if self.open and self.open[-1] in ("h1", "h2"):
            self.heads.append(data)


@pytest.fixture(scope="module")
def written(comparison, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return write_report(comparison, folder, figures_for(comparison, folder / "figures"))


@pytest.fixture(scope="module")
def page(written):
    return Page(written.read_text(encoding="utf-8"))


def test_it_is_one_file_that_loads_nothing(written, page):
    text = written.read_text(encoding="utf-8")
    assert all(value.startswith("data:") for value in page.loads)
    assert all(value.startswith("#") for value in page.links)
    assert not re.search(r"https?://|//cdn|@import|@font-face|<script|<link|<iframe", text)
    assert re.findall(r"url\((?!#)", text) == []
    assert "default-src 'none'" in text
    assert written.stat().st_size < 5_000_000


def test_every_link_and_reference_points_into_the_page(written, page):
    text = written.read_text(encoding="utf-8")
    assert len(page.ids) == len(set(page.ids))
    targets = {link[1:] for link in page.links} | set(re.findall(r"url\(#([^)]+)\)", text))
    assert targets <= set(page.ids)


def test_it_is_well_formed_and_has_the_sections_a_colleague_asks_for(page):
    assert page.open == []
    assert page.heads[1:] == [
        "The question",
        "What was simulated",
        "The answer",
        "Figures",
        "Which feedback",
        "What the model is and is not",
        "How to repeat it",
    ]


def test_the_notice_stands_above_everything(page):
    words = page.words[page.words.index("}\n}") :].strip()
    assert words.lstrip("}\n ").startswith("Research model, not clinical advice")


def test_pictures_have_words_and_tables_have_headings(page):
    assert page.named
    assert all(page.named)
    scopes = [given.get("scope") for tag, given in page.tags if tag == "th"]
    assert scopes
    assert set(scopes) == {"row", "col"}
    figures = [tag for tag, _ in page.tags if tag == "figure"]
    assert len(figures) == len([tag for tag, _ in page.tags if tag == "figcaption"]) == 3
    assert ("html", {"lang": "en"}) in page.tags


def test_it_says_what_was_simulated(page):
    for words in (
        "genotype wild_type",
        "insulin 1 nM",
        "72 h after the first dose",
        "largest remaining change 2e-12",
        "left to fluctuate for 2 h",
        "about 10 times larger than in a real cell",
        "somebody 2020",
        "KISAO:0000029",
        "numpy 2.4",
    ):
        assert words in page.words, words


def test_weak_feedback_is_counted_not_listed(page):
    assert "87%" in page.words
    assert "3 arms that explain less than 5% are only in feedback.csv" in page.words


def test_equal_comparisons_give_equal_reports(make_comparison, tmp_path):
    texts = []
    for name in "ab":
        one = make_comparison(n_cells=3)
        folder = tmp_path / name
        texts.append(write_report(one, folder, figures_for(one, folder / "figures")).read_bytes())
    assert texts[0] == texts[1]


def test_what_comes_from_tables_is_text_not_markup(make_comparison, tmp_path):
    evil = '<script>alert("1")</script>'
    odd = make_comparison(n_cells=0)
    odd.doses = odd.doses.assign(source=evil, why='"><img src=x onerror=alert(1)>')
    odd.sentences = (evil,)
    odd.table = pd.DataFrame([{evil: evil}])
    odd.feedback = odd.feedback.assign(feedback=evil, reactions=evil)
    odd.class_labels = {name: evil for name in odd.class_labels}
    odd.settings.variant = evil
    odd.provenance = odd.provenance.assign(kind=evil)
    odd.run = {**odd.run, "algorithm": evil, "spec": {evil: evil}}
    text = write_report(odd, tmp_path, figures_for(odd, tmp_path)).read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img src=x" not in text
    assert Page(text).open == []


def test_rate_equations_alone_make_a_report(make_comparison, tmp_path):
    plain = make_comparison(n_cells=0)
    plain.feedback = plain.feedback.iloc[:0]
    words = Page(
        write_report(plain, tmp_path, figures_for(plain, tmp_path)).read_text(encoding="utf-8")
    ).words
    assert "rate equations" in words
    assert "Size of a cell" not in words
    assert "No released feedback was found" in words


def test_cells_that_stopped_are_counted(make_comparison, tmp_path):
    broken = make_comparison(stopped=2)
    words = Page(write_report(broken, tmp_path, {}).read_text(encoding="utf-8")).words
    assert "8 cells stopped before the end" in words


def test_the_command_says_everything(make_comparison):
    given = ({}, {"everolimus": "20 nM for 6 h every 24 h"}, {"alpelisib": "1000 nM"})
    both = (*given, {"everolimus": "20 nM for 6 h every 24 h", "alpelisib": "1000 nM"})
    parts = shlex.split(command_line(make_comparison(given=both, n_cells=5)))
    assert parts[:4] == ["mtornet", "compare", "everolimus", "alpelisib"]
    assert "everolimus=20 nM for 6 h every 24 h" in parts
    assert parts[parts.index("--combine") + 1] == "everolimus+alpelisib"
    assert parts[parts.index("--duration") + 1] == "72 h"
    assert parts[parts.index("--cells") + 1] == "5"
    assert parts[-2:] == ["--seed", "7"]


def test_a_large_or_suspicious_svg_goes_in_as_png(tmp_path, monkeypatch):
    svg, png = tmp_path / "f.svg", tmp_path / "f.png"
    svg.write_text('<svg viewBox="0 0 1 1"><path id="a" d="M 0.123456 1"/></svg>', encoding="utf-8")
    png.write_bytes(b"\x89PNG")
    inline = embedded("f", [svg, png], alt="what it shows")
    assert 'id="f-a"' in inline
    assert "M 0.12 1" in inline
    svg.write_text("<svg><script>1</script></svg>", encoding="utf-8")
    assert embedded("f", [svg, png], alt="x").startswith('<img src="data:image/png;base64,')
    with pytest.raises(OutputError, match="no PNG"):
        embedded("f", [svg], alt="x")
    monkeypatch.setattr("mtornet.report.embed.LARGEST_SVG", 10)
    svg.write_text("<svg>" + "<g></g>" * 10 + "</svg>", encoding="utf-8")
    assert embedded("f", [svg, png], alt="x").startswith("<img")


def test_a_missing_figure_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="'f' cannot be read back"):
        embedded("f", [tmp_path / "f.svg"], alt="x")
    with pytest.raises(OutputError, match="neither SVG nor PNG"):
        embedded("f", [], alt="x")


def test_a_report_that_cannot_be_written_is_an_output_error(comparison, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write to"):
        write_report(comparison, tmp_path / "file", {})


def test_numbers_are_shown_as_a_reader_wants_them():
    assert [shown(v) for v in (None, True, 0.123456, float("nan"), np.float64(2), 12, "a")] == [
        "",
        "yes",
        "0.123",
        "–",
        "2",
        "12",
        "a",
    ]
    assert [duration(s) for s in (90, 7200, 14 * 86400.0)] == ["1.5 min", "2 h", "14 days"]
