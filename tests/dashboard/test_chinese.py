"""No English is left on pages in Chinese: every text, title, label and placeholder of each page and state is looked at."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from monitor import wire
from tests.dashboard.conftest import Tab
from tests.dashboard.seeds import START, Lab
from tests.dashboard.test_alerts import collapse
from tests.detectors.signals import only_samples, rows
from tests.support import Service, until

pytestmark = pytest.mark.browser

# All that can be read or is read aloud; what people wrote themselves (names of runs, configs, code, papers) is left out.
TEXTS = """() => {
  const theirs = "pre, code, script, style, [lang]:not(html), .run-link, .run-name, .tag, .paper, #language, #run-config";
  const told = ["title", "aria-label", "aria-description", "placeholder", "alt"];
  const found = new Set([document.title]);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (element.closest(theirs)) continue;
    if (node.nodeType === Node.TEXT_NODE) found.add(node.textContent.trim());
    else for (const name of told) found.add(node.getAttribute(name) ?? "");
  }
  return [...found].filter(Boolean);
}"""
# Names that are the same in every language: signals, functions, settings, keys, products, units, those of this test.
SAME = re.compile(
    r"[a-z]+\*?[-.](?:\w+|\*)(?:\([^)]*\))?"  # run.watch(every=…), zh-a, dcgan-*
    r"|\w*[*\w]/[\w*/…]+|\w+_\w+(?:\([^)]*\))?|\w+:[\w…]\S*|config=\{.*?\}\}|'[^']*'"  # loss/*, job_workers, tag:baseline
    r"|\b(?:Nashboard|[Ww]ebhook|Apprise|Slack|Discord|Telegram|ntfy|HTTP|SNE|PCA|PNG|SVG|CSV|NaN|Inf|AUC|ROC|GAN|UTC|Ctrl|Enter|Esc|"
    r"Shift|Space|Alt|IANA|Vendi|Student|Wilson|Hedges|Adam|sigmoid|log|logits|min|tests|duplicates|turnover|movement|modes|fixed)\b"
    r"|(?<=可用的有 ).*?(?=（)|(?<=可以是 ).*|\b(?:step|health|tag)(?=：| 不)|^loss$"  # fields and values of the search language
)


def english(page: Page) -> list[str]:
    """What holds Latin words that are no names."""
    return sorted(text for text in page.evaluate(TEXTS) if re.search("[A-Za-z]{3,}", SAME.sub("", text)))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A service with a run that collapses, one with NaN, a rule that comes true, and a webhook that nobody answers."""
    service = Service(tmp_path_factory.mktemp("told"), dashboard=True, notify_private="true").start()
    lab = Lab(service)

    def made(path: str, **body: object) -> int:
        return int(service.http.post(path, json=body).raise_for_status().json()["id"])

    made("/rules", name="zh-rule", signal="loss/*", condition={"type": "threshold", "op": ">", "value": 1.2})
    channel = made(
        "/channels", name="zh-hook", type="webhook", url="http://127.0.0.1:9/zh-x", secret="0123456789abcdef"
    )
    made("/routes", name="zh-route", channels=[channel])
    for run, shift in (("zh-a", 0.1), ("zh-b", 0.2)):
        lab.run(run, config={"loss": "non-saturating", "lr": shift}, total_steps=2500, group=f"{run}s")
        values = rows(1800, only_samples(collapse), random.Random(0), samples=True)
        lab.ship(run, (wire.Scalars(step, START + step / 10, some) for step, some in values))
        lab.samples(run, range(0, 1800, 600))
    lab.run("zh-nan")
    lab.log("zh-nan", range(300), lambda step: {"loss/discriminator": math.nan if step > 200 else 1.4})
    wanted = {
        ("zh-a", "mode_collapse"),
        ("zh-b", "mode_collapse"),
        ("zh-nan", "non_finite"),
        ("zh-nan", "rule:zh-rule"),
    }
    until(lambda: wanted <= {(one["run"], one["kind"]) for one in service.get("/alerts")["alerts"]})
    until(lambda: any("no connection" in one["error"] for one in service.get("/deliveries")["deliveries"]))
    yield lab
    service.close()


PLACES = (
    ("/", ".ag-row .health"),
    ("/?view=trash", "#runs-none .notice"),
    ("/?q=zh-nothing", "#runs-none .notice"),
    ("/runs/zh-a", ".verdict.critical"),
    ("/runs/zh-a?tab=samples", "#run-samples .picture img"),
    ("/runs/zh-a?tab=tsne", ".tab-tsne h3"),
    ("/runs/zh-a?tab=diagnosis", ".finding.critical ol"),
    ("/runs/zh-nan?tab=diagnosis", ".finding.critical ol"),
    ("/runs/zh-a?tab=networks", ".tab-networks > *"),
    ("/runs/zh-a?tab=config", ".tab-config > *"),
    ("/runs/zh-a?tab=system", ".tab-system > *"),
    ("/runs/zh-a?tab=logs", ".logs tbody tr"),
    ("/runs/zh-missing", "#not-found"),
    ("/nothing/here", "#missing-page"),
    ("/alerts", ".alert-run"),
    ("/alerts?tab=rules", ".thing"),
    ("/alerts?tab=channels", "[data-channel] .bad-text"),
    ("/alerts?tab=log", "[data-delivery] .bad-text"),
    ("/compare?runs=zh-a,zh-b&open=results,config,effects,parallel", "#compare-parts table"),
    ("/compare?runs=zh-a,zh-missing", "#compare-page h1"),
)
# as a link does: no new document
GO = "(href) => { history.pushState(null, '', href); dispatchEvent(new CustomEvent('_dashprivate_pushstate')); }"


def test_pages_in_chinese_have_no_english(told: Lab, tab: Callable[..., Tab]) -> None:
    watched = tab()
    page, found = watched.page, dict[str, list[str]]()
    page.goto(f"{told.url}/?lang=zh")
    expect(page.locator(".ag-row").first).to_be_visible()
    for path, there in PLACES:
        page.evaluate(GO, f"{told.url}/nothing/between")
        expect(page.locator("#missing-page")).to_be_visible()
        page.evaluate(GO, f"{told.url}{path}")
        expect(page.locator(there).first).to_be_visible()
        if left := english(page):
            found[path] = left
    assert found == {}
    watched.errors = [
        text for text in watched.errors if "404" not in text
    ]  # the browser's own words: two runs are not there


def test_what_is_wrong_with_a_search_is_said_in_chinese(told: Lab, tab: Callable[..., Tab]) -> None:
    watched = tab()
    page, said = watched.page, set[str]()
    page.goto(f"{told.url}/?lang=zh")
    expect(page.locator(".ag-row").first).to_be_visible()
    field, fault = page.locator("#runs-search-box input").first, page.locator("#runs-fault")
    for query in ("foo:1", "step>abc", "tag:", '"open', "health:sick", "tag<3", "step>1,2"):
        field.fill(query)
        field.press("Enter")
        until(lambda: fault.inner_text() not in {"", *said})
        said.add(fault.inner_text())
        assert english(page) == []
    assert len(said) == 7
    watched.errors = [text for text in watched.errors if "422" not in text]


def test_the_table_tells_screen_readers_in_chinese(told: Lab, page: Page) -> None:
    page.goto(f"{told.url}/?lang=zh")
    box = page.locator(".ag-row .ag-checkbox-input").first
    expect(box).to_have_attribute("aria-label", "按空格键切换此行的选中状态 (未选中)")
    box.click()
    expect(box).to_have_attribute("aria-label", "按空格键切换此行的选中状态 (已选中)")
    health = page.locator('.ag-row[row-id="zh-a"] .health')
    expect(health).to_have_attribute("title", re.compile("自第 .* 步起"))
    assert english(page) == []


def test_panels_and_menus_are_in_chinese(told: Lab, page: Page) -> None:
    page.goto(f"{told.url}/?lang=zh")
    expect(page.locator(".ag-row").first).to_be_visible()
    found = dict[str, list[str]]()
    for name, panel in (
        ("列", ".pop-box input[type=checkbox]"),
        ("如何搜索", ".pop-box table, .pop-box dl, .pop-box p"),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(panel).locator("visible=true").first).to_be_visible()
        found[name] = english(page)
        page.keyboard.press("Escape")
    for key in ("?", "Control+k"):
        page.locator("h1").first.click()
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        found[key] = english(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"{told.url}/alerts?lang=zh")
    page.get_by_role("checkbox").locator("visible=true").first.check()
    found["inbox"] = english(page)
    assert {name: left for name, left in found.items() if left} == {}


def test_a_form_that_the_service_refuses_says_why_in_chinese(told: Lab, tab: Callable[..., Tab]) -> None:
    watched = tab()
    page = watched.page
    page.goto(f"{told.url}/alerts?tab=channels&lang=zh")
    page.get_by_role("button", name="新渠道").click()
    form = page.locator("form")
    form.get_by_label("名称").fill("zh-hook")
    form.get_by_label("地址").fill("http://127.0.0.1:9/")
    form.get_by_role("button", name="生成").click()
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_role("alert")).to_have_text("名称 'zh-hook' 已被另一个渠道使用")
    assert english(page) == []
    watched.errors = [text for text in watched.errors if "422" not in text]


def test_a_run_deleted_while_it_is_looked_at_says_so_in_chinese(told: Lab, tab: Callable[..., Tab]) -> None:
    watched = tab()
    page = watched.page
    told.log(told.run("zh-gone"), range(5))
    page.goto(f"{told.url}/runs/zh-gone?lang=zh")
    expect(page.locator("#run-verdict")).to_be_visible()
    told.service.http.delete("/runs/zh-gone").raise_for_status()
    expect(page.locator("#not-found")).to_be_visible()
    assert english(page) == []
    watched.errors = [text for text in watched.errors if "404" not in text]
