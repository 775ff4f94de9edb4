import { encodeSync, frameMessage } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { frameState } from "../../src/edge/frame-state.js";
import { hocuspocusVoice, yWebsocketVoice } from "../../src/edge/voice.js";

const large = new Uint8Array(10_000).fill(7);
const plain = yWebsocketVoice(false);
const addressed = hocuspocusVoice(Uint8Array.of(1, 97), "a");

describe("frameState", () => {
  it.each([plain, addressed])("J4: a large state is one message, and is not copied", (voice) => {
    const [head, body] = frameState("step2", large, voice);
    expect(body).toBe(large);
    const whole = frameMessage(encodeSync("step2", large, voice.prefix));
    expect(Buffer.concat([head, large])).toEqual(whole);
  });

  it("what is small is one buffer", () => {
    const small = Uint8Array.of(1, 2, 3);
    expect(frameState("update", small, plain)).toEqual([frameMessage(encodeSync("update", small))]);
  });
});
