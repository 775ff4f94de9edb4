import type { Page } from "@playwright/test";

/** What the indicator showed from a moment on (milliseconds since the epoch). */
export interface Shown {
  readonly at: number;
  readonly state: string | null;
  readonly words: string;
}

declare global {
  interface Window {
    indicatorLog: Shown[];
  }
}

/** Notes each change of the indicator from inside the page, so that none is missed. */
export class IndicatorLog {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async read(): Promise<Shown[]> {
    return await this.#page.evaluate(() => window.indicatorLog);
  }

  /** What was to be seen at some time between two moments, the first included. */
  async between(from: number, to: number): Promise<Shown[]> {
    const log = await this.read();
    return log.filter(({ at }, index) => at < to && (log[index + 1]?.at ?? Infinity) > from);
  }

  /** For how long, in milliseconds, one of `states` was to be seen without a break, at the most. */
  async longest(states: readonly string[], from: number, to: number): Promise<number> {
    let longest = 0;
    let since: number | null = null;
    for (const { at, state } of [...(await this.between(from, to)), { at: to, state: null }]) {
      const isOne = state !== null && states.includes(state);
      if (isOne) since ??= Math.max(at, from);
      else if (since !== null) {
        longest = Math.max(longest, at - since);
        since = null;
      }
    }
    return longest;
  }
}

/** Runs in the page, before its own scripts. */
export function installIndicatorLog(): void {
  window.indicatorLog = [];
  const look = (): void => {
    const indicator = document.querySelector<HTMLElement>("[data-save-state]");
    const shown = {
      at: performance.timeOrigin + performance.now(),
      state: indicator?.dataset.saveState ?? null,
      words: indicator?.textContent ?? "",
    };
    const last = window.indicatorLog.at(-1);
    if (last?.state !== shown.state || last.words !== shown.words) {
      window.indicatorLog.push(shown);
    }
  };
  new MutationObserver(look).observe(document, {
    attributes: true,
    characterData: true,
    childList: true,
    subtree: true,
  });
}
