import type { SaveState, SaveStatus } from "@homeroom/client";
import {
  CloudAlert,
  CloudCheck,
  CloudOff,
  CloudUpload,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
} from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "../../words/words.js";

const ICONS: Record<SaveState, LucideIcon> = {
  connecting: LoaderCircle,
  saving: CloudUpload,
  saved: CloudCheck,
  unsaved: CloudAlert,
  offline: CloudOff,
  refused: OctagonX,
};

/** Says whether what was written here is safe. Colour, icon and word say the same. */
export function SaveIndicator(props: { status: SaveStatus }): ReactNode {
  const words = useWords();
  const { state } = props.status;
  const Icon = ICONS[state];
  return (
    <p className="save" data-save-state={state} title={words.saveHint[state]}>
      <Icon aria-hidden="true" />
      {words.save[state]}
    </p>
  );
}
