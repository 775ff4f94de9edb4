import type { RoomName } from "@homeroom/protocol";
import { type ReactNode, useState } from "react";
import { Dialog } from "../../shared/dialog.js";
import { useWords } from "../../words/words.js";
import { mayWrite } from "../access.js";
import { AddressField } from "./address-field.js";
import { NewLink } from "./new-link.js";

interface Props {
  readonly room: RoomName;
  readonly token: string | null;
  readonly onClose: () => void;
}

/**
 * Links of this document, for others. Without a token the address is the link; who may write has
 * links made for others; a reader, whose own link is personal, can only name the document.
 */
export function ShareDialog({ room, token, onClose }: Props): ReactNode {
  const words = useWords();
  const [canMake, setCanMake] = useState(mayWrite(token));
  const address = location.origin + location.pathname;

  const content = (): ReactNode => {
    if (token !== null && canMake) {
      return <NewLink room={room} token={token} onUnavailable={() => setCanMake(false)} />;
    }
    return (
      <>
        <p>{token === null ? words.share.everybody : words.share.personal}</p>
        <AddressField address={address} note={token === null ? "" : words.share.withToken} />
      </>
    );
  };
  return (
    <Dialog title={words.share.title} onClose={onClose}>
      {content()}
    </Dialog>
  );
}
