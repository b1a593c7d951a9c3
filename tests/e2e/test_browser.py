# SPDX-License-Identifier: Apache-2.0
"""The reports in a real browser: no errors, no requests, and everything that should move moves."""

import json
import os
import subprocess

import pytest
from front import QUICKSTART, ROOT
from sample_result import write_sample
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

import siovsim as sv
from siovsim.report import write
from siovsim.sweeps import point_table

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,1600",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = Options()
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def run_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results") / "sample"
    write_sample(folder)
    return sv.Result(folder).report()


@pytest.fixture(scope="module")
def sweep_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    old = dict(os.environ)
    os.environ["SIOVSIM_ENGINE"] = str(ROOT / "tests" / "support" / "fake_engine.py")
    try:
        plan = sv.Sweep(
            QUICKSTART, {"nodes[name=dsa0].endpoint.atc.entries": [32, 128, 512], "workload.tenants": [8, 16]}
        )
        sv.sweep(plan, out=folder / "out")
    finally:
        os.environ.clear()
        os.environ.update(old)
    return write.of_sweep(point_table.read(folder / "out"), folder / "out")


def open_page(browser, path):
    """Opens a page and returns the addresses it asked for and what the console said."""
    browser.get("about:blank")
    browser.get_log("performance")
    browser.get_log("browser")
    browser.get(f"file://{path}")
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    # The browser's own pages (its new-tab page, for one) may still be asking for their parts.
    asked = [one["request"]["url"] for one in sent if not one["documentURL"].startswith("chrome://")]
    return asked, browser.get_log("browser")


@pytest.fixture(scope="module")
def engine_page(tmp_path_factory):
    """The report of a real run."""
    experiment = sv.Experiment(QUICKSTART, ["workload.replay.jobs_per_tenant=5", "run.warmup_us=0"])
    return sv.run(experiment, out=tmp_path_factory.mktemp("engine") / "quickstart").report()


@pytest.fixture(params=["run_page", "sweep_page", "engine_page"])
def page(request, browser):
    path = request.getfixturevalue(request.param)
    return path, *open_page(browser, path)


def test_a_page_asks_for_nothing_but_itself_and_says_nothing_on_the_console(page):
    path, asked, console = page
    assert asked == [f"file://{path}"] and console == []


def test_every_chart_that_is_shown_has_a_size_and_marks_in_it(browser, page):
    charts = [chart for chart in browser.find_elements(By.CSS_SELECTOR, "svg.chart") if chart.is_displayed()]
    assert len(charts) >= 4
    for chart in charts:
        assert chart.size["width"] > 100 and chart.size["height"] > 40
        assert chart.find_elements(By.CSS_SELECTOR, "rect, path, circle")


@pytest.fixture(params=[480, 1280])
def width(request, browser):
    """The window of a telephone and of a desk; a headless window cannot be made as narrow as the first."""
    size = {"width": request.param, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield request.param
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_only_tables_and_charts_scroll_sideways_and_never_the_page(browser, width, page):
    browser.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.execute_script("return window.innerWidth") == width
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def test_the_verdict_is_readable(browser, run_page):
    open_page(browser, run_page)
    text = browser.find_element(By.ID, "verdict").text
    for words in (
        "p99.9 latency",
        "The bottleneck is iommu0.walker",
        "takes 20.0 % of the mean latency",
        "of the slowest 0.1 % of jobs",
    ):
        assert words in text
    assert browser.find_element(By.ID, "verdict-badge").text == "target met"


def test_no_label_in_a_stacked_bar_is_wider_than_its_segment(browser, run_page):
    open_page(browser, run_page)
    wrong = browser.execute_script(
        """
      return [...document.querySelectorAll("text.in-bar")].filter((text) => {
        const label = text.getBoundingClientRect(), segment = text.previousElementSibling.getBoundingClientRect();
        return label.left < segment.left - 1 || label.right > segment.right + 1;
      }).map((text) => text.textContent)"""
    )
    assert wrong == []


def column(browser, index):
    cells = browser.find_elements(By.CSS_SELECTOR, f"#tenant-table tbody tr td:nth-child({index})")
    return [float(cell.text.replace(",", "")) for cell in cells]


def test_tenants_sort_both_ways_by_number(browser, run_page):
    open_page(browser, run_page)
    heads = browser.find_elements(By.CSS_SELECTOR, "#tenant-table th button")
    index = [head.text.split()[0] for head in heads].index("p99") + 1
    assert column(browser, 1) == list(range(25))
    heads[index - 1].click()
    falling = column(browser, index)
    assert falling == sorted(falling, reverse=True) and len(falling) == 25
    head = browser.find_elements(By.CSS_SELECTOR, "#tenant-table th")[index - 1]
    assert head.get_attribute("aria-sort") == "descending"
    heads[index - 1].click()
    rising = column(browser, index)
    assert rising == sorted(rising) and rising[0] < falling[0]
    slowest = browser.find_element(By.CSS_SELECTOR, "#slowest tbody tr td").text
    heads[index - 1].click()
    assert column(browser, 1)[0] == float(slowest)


def test_searching_and_showing_all(browser, run_page):
    open_page(browser, run_page)
    search = browser.find_element(By.CSS_SELECTOR, "#tenant-table input")
    rows = "#tenant-table tbody tr"
    search.send_keys("bulk")
    assert "of 128 rows" in browser.find_element(By.CSS_SELECTOR, "#tenant-table [role=status]").text
    browser.find_element(By.CSS_SELECTOR, "#tenant-table button.plain").click()
    assert len(browser.find_elements(By.CSS_SELECTOR, rows)) == 128
    search.send_keys(" nothing")
    assert browser.find_elements(By.CSS_SELECTOR, rows) == []


def test_another_metric_can_be_chosen(browser, sweep_page):
    open_page(browser, sweep_page)
    select = browser.find_element(By.ID, "metric")
    shown = [choice for choice in browser.find_elements(By.CSS_SELECTOR, "[data-choice]") if choice.is_displayed()]
    assert [choice.get_attribute("data-choice") for choice in shown] == ["job.latency.p99_ns"]
    select.send_keys("job.latency.p50_ns")
    shown = [choice for choice in browser.find_elements(By.CSS_SELECTOR, "[data-choice]") if choice.is_displayed()]
    assert [choice.get_attribute("data-choice") for choice in shown] == ["job.latency.p50_ns"]


def test_a_narrow_window_still_fits(browser, run_page):
    browser.set_window_size(720, 1200)
    try:
        open_page(browser, run_page)
        assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        browser.set_window_size(1280, 1600)


def test_it_prints(run_page, tmp_path):
    """In a browser of its own: the driver gives printing ten seconds, which a loaded machine may not have."""
    pdf = tmp_path / "report.pdf"
    words = [*ARGUMENTS, f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={pdf}", f"file://{run_page}"]
    subprocess.run(["/usr/bin/chromium", *words], check=True, timeout=600, capture_output=True)
    assert pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size > 40_000
