import { lazy, type ReactNode, Suspense } from "react";
import { HomePage } from "./home/home-page.js";
import type { Route } from "./route.js";
import { Message } from "./shared/message.js";
import { words } from "./words.js";

/** The home page does without the editor's code, which is most of it. */
const DocumentPage = lazy(async () => ({
  default: (await import("./document/document-page.js")).DocumentPage,
}));

/** Pages are whole loads of this one, so that leaving a document always closes it. */
export function App({ route }: { route: Route }): ReactNode {
  switch (route.page) {
    case "home":
      return <HomePage />;
    case "document":
      return (
        <Suspense>
          <DocumentPage room={route.room} token={route.token} />
        </Suspense>
      );
    case "invalid":
      return (
        <Message title={words.invalid.title} hint={words.home.badName}>
          <a className="button button--primary" href="/">
            {words.invalid.toHome}
          </a>
        </Message>
      );
  }
}
