import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { superiorGone } from "../../src/serve/superior.js";

class Stub extends EventEmitter {
  readonly send?: unknown;
  constructor(
    readonly connected: boolean = false,
    supervised = true,
  ) {
    super();
    if (supervised) this.send = () => true;
  }
}

it("CL20: hears that the channel was closed", async () => {
  const stub = new Stub(true);
  const superior = superiorGone(stub);
  stub.emit("disconnect");
  await superior.gone;
});

it("CL20: hears that it was closed before anybody listened", async () => {
  await superiorGone(new Stub(false)).gone;
});

it("CL20: whoever was started without one goes on, and no listener is left", async () => {
  const stub = new Stub(false, false);
  const superior = superiorGone(stub);
  const still = Symbol("still there");
  expect(await Promise.race([superior.gone, Promise.resolve(still)])).toBe(still);
  superior.close();
  expect(stub.eventNames()).toEqual([]);
});
