import { Component, type ReactNode } from "react";
import { Message } from "./shared/message.js";
import { wordsNow } from "./words/words.js";

/** What people see instead of an empty page, should a part of it throw. */
export class CrashScreen extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state: { crashed: boolean } = { crashed: false };

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true };
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children;
    const words = wordsNow();
    return (
      <Message title={words.crashed.title} hint={words.crashed.hint}>
        <button type="button" className="button button--primary" onClick={() => location.reload()}>
          {words.crashed.reload}
        </button>
      </Message>
    );
  }
}
