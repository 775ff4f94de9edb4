import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "../serve/serve.js";

const POLL_MS = 50;
const ANSWER_MS = 2_000;
/** So that whoever waits in vain learns what for. */
const REMIND_MS = 10_000;

/** Waits until a member's `/readyz` says so, or it is aborted. Never rejects. */
export async function untilReady(url: string, logger: Logger, abort: AbortSignal): Promise<void> {
  let remindAt = performance.now() + REMIND_MS;
  while (!abort.aborted) {
    const answer = await ask(`${url}/readyz`, abort);
    if (answer.ready) return;
    if (performance.now() > remindAt) {
      logger.warn({ url, answer: answer.words }, "not ready yet");
      remindAt += REMIND_MS;
    }
    await pause(POLL_MS);
  }
}

async function ask(url: string, abort: AbortSignal): Promise<{ ready: boolean; words: string }> {
  try {
    const signal = AbortSignal.any([abort, AbortSignal.timeout(ANSWER_MS)]);
    const response = await fetch(url, { signal });
    return { ready: response.ok, words: await response.text() };
  } catch (error) {
    return { ready: false, words: String(error) };
  }
}
