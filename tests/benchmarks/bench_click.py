"""Click to painted for a local act in the list: `python -m tests.benchmarks.bench_click`.

Chromium, the whole demo, 100 times «Forny» and «Angre» on one row by key. The clock starts when the key goes down and
stops at the second animation frame after the new row stands in the document, which is when it has been painted.
"""

from __future__ import annotations

import os
import statistics

from playwright.sync_api import sync_playwright

from sfm.demo import bootstrap
from tests.browser.epj import Epj
from tests.chromium import FLAGS, new_context
from tests.running_demo import own_folder, started

TIMES, WARM_UP = 100, 10
CLICK = """([drug, key]) => new Promise(done => {
  const row = [...document.querySelectorAll('#list tr[data-id]')].find(one => one.dataset.name === drug);
  row.click();
  const version = row.dataset.version;
  const began = performance.now();
  const seen = new MutationObserver(() => {
    const now = document.getElementById(row.id);
    if (!now || now.dataset.version === version) return;
    seen.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
  });
  seen.observe(document.getElementById('list'), {childList: true, subtree: true});
  row.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
})"""


def main() -> None:
    program = os.environ.get("SFM_CHROMIUM") or bootstrap.chromium()
    with own_folder() as folder, started(folder) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        page = new_context(browser).new_page()
        epj = (
            Epj(page=page, origin=demo.origin("epj")).log_in("Vilde Oppdiktet Demoberg").open("Per Oppdiktet")
        )
        epj.see_news()
        took = [epj.frame.evaluate(CLICK, ["pantoprazol", "fu"[turn % 2]]) for turn in range(WARM_UP + TIMES)]
        browser.close()
    kept = sorted(took[WARM_UP:])
    print(f"click to painted, {TIMES} times, 12 treatments in the list")
    print(f"  p50 {statistics.median(kept):6.1f} ms")
    print(f"  p95 {kept[int(TIMES * 0.95) - 1]:6.1f} ms")


if __name__ == "__main__":
    main()
