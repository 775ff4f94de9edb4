import { replay, type Trace } from "@homeroom/trace";
import { MARKER_LENGTH, marker } from "./marker.js";

/** Each character that somebody typed takes so many units, with the marker behind it. */
const UNITS = 1 + MARKER_LENGTH;
/** Names of Yjs clients that stand apart from each other. */
const FIRST_CLIENT = 1_000_000;
/** A marker is repeated for each character, so what was pasted is typed as its beginning. */
const MOST_TYPED = 8;

/**
 * What somebody types, as their client sends it: what was inserted in a recorded session where it
 * was inserted, each edit with its marker. What was deleted is left alone, because an edit that is
 * gone before others see it cannot be found.
 * @param edits numbers of the edits, in order
 * @returns Yjs updates, one for each edit
 */
export function type(
  trace: Trace,
  writer: number,
  edits: readonly number[],
  root: string,
): readonly Uint8Array[] {
  const session: Trace = {
    endContent: "",
    agents: 1,
    txns: edits.length === 0 ? [] : [...typed(trace, edits)],
  };
  const options = { root, clientIds: [FIRST_CLIENT + writer] };
  return Array.from(replay(session, options), ({ update }) => update ?? new Uint8Array());
}

function* typed(trace: Trace, edits: readonly number[]): Generator<Trace["txns"][number]> {
  let length = 0;
  let nth = 0;
  // A session that is too short begins again in front of what it has become.
  for (;;) {
    for (const { patches } of trace.txns) {
      for (const [position, , text] of patches) {
        if (text === "") continue;
        const edit = edits[nth];
        if (edit === undefined) return;
        const characters = [...text.slice(0, MOST_TYPED)].filter((each) => each.length === 1);
        if (characters.length === 0) continue;
        const inserted = characters.map((each) => each + marker(edit)).join("");
        const at = Math.min(position, length) * UNITS;
        const parents = nth === 0 ? [] : [nth - 1];
        yield { agent: 0, parents, time: null, patches: [[at, 0, inserted]] };
        length += characters.length;
        nth++;
      }
    }
  }
}
