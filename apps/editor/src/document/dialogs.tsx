import { type ReactNode, Suspense } from "react";
import { late } from "../shared/late.js";
import { useStored } from "../shared/use-stored.js";
import { Value } from "../shared/value.js";
import type { Opened } from "./opened.js";

const HelpDialog = late(async () => (await import("./help/help-dialog.js")).HelpDialog);
const SettingsDialog = late(
  async () => (await import("../settings/settings-dialog.js")).SettingsDialog,
);
const ShareDialog = late(async () => (await import("./share/share-dialog.js")).ShareDialog);

/** The dialog that is open over the document. */
export const dialogStore: Value<"help" | "settings" | "share" | null> = new Value<
  "help" | "settings" | "share" | null
>(null);

const close = (): void => dialogStore.set(null);

/** Dialogs that every kind of document has. They load when first opened. */
export function Dialogs({ room, token }: Pick<Opened, "room" | "token">): ReactNode {
  const open = useStored(dialogStore);
  return (
    <Suspense>
      {open === "help" && <HelpDialog onClose={close} />}
      {open === "settings" && <SettingsDialog onClose={close} />}
      {open === "share" && <ShareDialog room={room} token={token} onClose={close} />}
    </Suspense>
  );
}
