/** Functions that run in the page; they may use nothing from outside of themselves. */

declare global {
  interface Window {
    homeroomKeys?: number[];
  }
}

/**
 * Notes how long each key takes to reach the screen: from the browser's own time stamp of the key
 * until the frame that shows it was painted.
 */
export function watchKeys(): void {
  const latencies: number[] = [];
  window.homeroomKeys = latencies;
  const painted = new MessageChannel();
  const waiting: number[] = [];
  painted.port1.onmessage = () => {
    const now = performance.now();
    for (const pressed of waiting.splice(0)) latencies.push(now - pressed);
  };
  window.addEventListener(
    "keydown",
    (event) => {
      // A message that is sent within a frame comes after that frame was painted.
      requestAnimationFrame(() => {
        waiting.push(event.timeStamp);
        painted.port2.postMessage(null);
      });
    },
    { capture: true },
  );
}

/** @returns whether so many blocks of text are there to be typed in */
export function isShown(count: number): boolean {
  const text = document.querySelector("[role=textbox][contenteditable=true]");
  return text !== null && text.childElementCount >= count;
}

/** @returns milliseconds since the navigation, when the next frame was painted */
export function whenPainted(): Promise<number> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  });
}
