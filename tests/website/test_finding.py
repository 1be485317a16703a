"""The search finds what a learner types."""

import pytest
from test_pages import violations

# What is typed, and the page that is wanted, among the first three of its kind.
WANTED = {
    # a word of the field
    "momentum": "notebooks/06_momentum",
    "nesterov": "notebooks/06_momentum",
    "cosine annealing": "notebooks/07_decay",
    "step decay": "notebooks/07_decay",
    "warm-up": "notebooks/08_warmup",
    "one cycle": "notebooks/08_warmup",
    "batch size": "notebooks/05_batches",
    "weight decay": "notebooks/11_adam",
    "bias correction adam": "notebooks/11_adam",
    "muon newton-schulz": "notebooks/12_large",
    "prodigy": "notebooks/13_rates",
    "lr range test": "notebooks/09_finding",
    "broadcasting": "notebooks/02_tensors",
    "xavier he init": "notebooks/03_a_network",
    "mnist": "notebooks/19_images",
    "character language model": "notebooks/20_language",
    "seq2seq": "notebooks/21_translation",
    "q learning": "notebooks/22_q_learning",
    "reinforce": "notebooks/23_policy",
    # a question, or half of one
    "which learning rate should I use": "notebooks/A2_choosing",
    "how to choose a learning rate": "notebooks/A2_choosing",
    "why does my loss explode": "notebooks/04_gradient",
    "when to reduce the learning rate": "notebooks/07_decay",
    "how does backpropagation work": "notebooks/01_derivatives",
    "scale learning rate with batch size": "notebooks/05_batches",
    "random search vs grid search": "notebooks/09_finding",
    # a word that is looked up
    "ill-conditioned": "book/glossary.html#term-condition",
    "epoch": "book/glossary.html#term-epoch",
    "学习率": "book/glossary.html#term-learning-rate",
    "动量": "book/glossary.html#term-momentum",
    # a name of the library
    "clip_grad_norm_": "book/api/",
    "mg.optim.AdamW": "book/api/optim.html#minigrad.optim.AdamW",
    "CosineAnnealingLR pytorch": "book/schedules",
    # a slip of the finger
    "momentun": "notebooks/06_momentum",
    "wramup shedule": "notebooks/08_warmup",
}


@pytest.fixture(scope="module")
def results(chromium, address):
    """Return what a question finds: the addresses of each kind's first three, in order."""
    page = chromium.new_page()

    def results(question: str) -> list[str]:
        page.goto(f"{address}/search.html")
        page.locator(".bd-search-container input[name=q]").fill(question)
        page.keyboard.press("Enter")
        page.locator("#search-results [role=status]").wait_for()
        links = page.locator("#search-results > ul > li > a:first-child")
        return [link.get_attribute("href") for link in links.all()]

    yield results
    page.close()


def test_there_are_at_least_thirty_questions():
    assert len(WANTED) >= 30


@pytest.mark.parametrize("question", WANTED)
def test_the_page_wanted_is_among_the_first_three_of_its_kind(results, question):
    kind = WANTED[question].split("/")[0]
    found = [link for link in results(question) if link.startswith(kind)]
    assert [link for link in found[:3] if link.startswith(WANTED[question])], found


@pytest.fixture
def search(visit):
    """Open the results of a question, and wait for them."""

    def search(question: str, **settings):
        page = visit("search", **settings)
        page.goto(f"{page.url}?q={question}")
        page.locator("#search-results [role=status]").wait_for()
        return page

    return search


def test_lessons_come_first_then_terms_then_names_and_pages(search):
    page = search("momentum")
    assert page.locator("#search-results h2").all_inner_texts() == [
        "Lessons",
        "Glossary",
        "Reference and other pages",
    ]
    assert page.locator("#search-results li").first.inner_text().startswith("06 Momentum")
    assert not page.errors


def test_an_excerpt_is_of_the_article_and_marks_what_was_looked_for(search):
    page = search("momentum")
    excerpts = " ".join(page.locator("#search-results .excerpt").all_text_contents())
    assert not [word for word in ("System Settings", "Dark", "¶") if word in excerpts]
    marked = page.locator("#search-results mark").all_text_contents()
    assert marked and all("momentum" in word.lower() for word in marked)


def test_no_excerpt_gives_the_answer_to_a_prediction(built):
    index = (built / "html" / "find-index.js").read_text(encoding="utf-8")
    assert "Which walk crosses the valley" in index  # lesson 04 asks, and answers:
    assert "its factor along" not in index


def test_a_slip_is_forgiven_and_said(search):
    said = search("momentun").locator("#search-results [role=status]").inner_text()
    assert said.endswith("for “momentum” in place of “momentun”")


def test_what_nobody_wrote_is_not_found(search):
    page = search("zzqqxxyy")
    assert page.locator("#search-results").inner_text() == "No results for “zzqqxxyy”"


def test_a_chinese_term_is_said_to_be_chinese(search):
    page = search("动量")
    assert page.locator("#search-results li [lang=zh]").first.inner_text() == "动量"


@pytest.mark.parametrize("name", ["notebooks/06_momentum", "search"])
def test_nothing_is_loaded_before_a_search(visit, name):
    page = visit(name)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert loaded
    assert not [name for name in loaded if "index.js" in name or "searchtools" in name]


def test_the_search_works_on_pages_that_are_opened_as_files(open_page, built):
    page = open_page()
    page.goto(f"{(built / 'html' / 'search.html').as_uri()}?q=momentum")
    page.get_by_role("link", name="06 Momentum").first.wait_for()
    assert page.locator("#search-results li").count() > 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_found_can_be_read_by_all(search, scheme):
    page = search("momentum", color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert violations(page) == []
