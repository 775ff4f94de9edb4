import { encodeSync, frameMessage } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { StateFrames } from "../../src/edge/state-frames.js";
import { hocuspocusVoice, yWebsocketVoice } from "../../src/edge/voice.js";

const large = new Uint8Array(10_000).fill(7);
const plain = yWebsocketVoice(false);
const addressed = hocuspocusVoice(Uint8Array.of(1, 97), "a");

describe("StateFrames", () => {
  it("J4: the same large state is framed once for all who speak alike", () => {
    const states = new StateFrames();
    const frame = states.frame("step2", large, plain);
    expect(frame).toEqual(frameMessage(encodeSync("step2", large)));
    expect(states.frame("step2", large, yWebsocketVoice(true))).toBe(frame);
  });

  it("another way of speaking, another kind and other bytes have frames of their own", () => {
    const states = new StateFrames();
    states.frame("step2", large, plain);
    expect(states.frame("update", large, plain)).toEqual(frameMessage(encodeSync("update", large)));
    expect(states.frame("step2", large, addressed)).toEqual(
      frameMessage(encodeSync("step2", large, addressed.prefix)),
    );
    const same = Uint8Array.from(large).fill(8);
    expect(states.frame("step2", same, plain)).toEqual(frameMessage(encodeSync("step2", same)));
  });

  it("what is small is framed for each", () => {
    const states = new StateFrames();
    const small = Uint8Array.of(1, 2, 3);
    expect(states.frame("step2", small, plain)).toEqual(frameMessage(encodeSync("step2", small)));
  });
});
