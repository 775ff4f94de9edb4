import { syncMessage } from "@homeroom/testkit";
import * as Y from "yjs";
import { token } from "../../support/tokens.js";
import { expect, test } from "../support/cluster.js";

test("a reader cannot edit, nor with a forged frame", async ({ cluster, room, guarded, enter }) => {
  const { url } = guarded;
  const ada = await enter("Ada", { url, token: await token({ rooms: [room], access: "write" }) });
  await ada.write("written by Ada");
  const reading = await token({ rooms: [room], access: "read" });
  const eve = await enter("Eve", { url, token: reading });
  await expect(eve.text).toContainText("written by Ada");
  await expect(eve.text).toHaveAttribute("aria-readonly", "true");
  await expect(eve.page.getByRole("region", { name: "Read only" })).toContainText("for readers");
  await eve.write("typed by Eve");

  // From her own page, with her own token, past everything that the page forbids.
  const doc = new Y.Doc();
  const paragraph = new Y.XmlElement("paragraph");
  paragraph.insert(0, [new Y.XmlText("forged by Eve")]);
  doc.getXmlFragment("default").insert(0, [paragraph]);
  const frame = [...syncMessage("update", Y.encodeStateAsUpdate(doc))];
  const address = `${url.replace("http", "ws")}/${encodeURIComponent(room)}?token=${reading}&ack=1`;
  const answers = await eve.page.evaluate(forge, { address, frame });
  // 81: refused; see docs/adr/0006.
  expect(answers.filter(([kind]) => kind === 81)).toHaveLength(1);
  await ada.write(", again");
  await expect(eve.text).toContainText("written by Ada, again");
  for (const person of [ada, eve]) expect(await person.content()).toBe("written by Ada, again");
  await expect
    .poll(async () => (await cluster.api.document(room)).getXmlFragment("default").toString())
    .toBe("<paragraph>written by Ada, again</paragraph>");
});

test("a token that expires ends the session, and the page says so", async ({
  room,
  guarded: { url },
  enter,
}) => {
  const seconds = 4;
  const writing = await token({ rooms: [room], access: "write" }, seconds);
  const ada = await enter("Ada", { url, token: writing });
  await ada.write("in time");
  await expect(ada.indicator).toHaveText("Saved");
  await expect(ada.indicator).toHaveText("Refused");
  await expect(ada.page.getByRole("alert")).toContainText("It may have expired");
  await expect(ada.text).toHaveAttribute("aria-readonly", "true");
  expect(await ada.content()).toBe("in time");
});

test("a token that is revoked ends the session, and the page says so", async ({
  room,
  guarded,
  enter,
}) => {
  const { url } = guarded;
  const ada = await enter("Ada", { url, token: await token({ rooms: [room], access: "write" }) });
  await ada.write("in time");
  await expect(ada.indicator).toHaveText("Saved");

  // All tokens at once, as by an operator who changes the secret that they were signed with.
  await guarded.stop();
  const env = { HOMEROOM_AUTH_SECRET: "another secret of tests, of thirty-two bytes" };
  await guarded.start({ env });
  await expect(ada.indicator).toHaveText("Refused", { timeout: 20_000 });
  await expect(ada.page.getByRole("alert")).toContainText("This link does not let you in");
  await expect(ada.text).toHaveAttribute("aria-readonly", "true");
  expect(await ada.content()).toBe("in time");
});

/** Runs in the page. @returns what the server said, until it refused or closed. */
function forge({ address, frame }: { address: string; frame: number[] }): Promise<number[][]> {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const answers: number[][] = [];
  socket.onopen = () => socket.send(Uint8Array.from(frame));
  return new Promise((resolve) => {
    socket.onclose = () => resolve(answers);
    socket.onmessage = ({ data }) => {
      const answer = [...new Uint8Array(data)];
      answers.push(answer);
      if (answer[0] === 81) socket.close();
    };
  });
}
