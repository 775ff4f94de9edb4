import { lazy, type ReactNode, Suspense } from "react";
import type { Route } from "./route.js";
import { Message } from "./shared/message.js";
import { useWords } from "./words/words.js";

/** Each page does without the other's code. */
const HomePage = lazy(async () => ({ default: (await import("./home/home-page.js")).HomePage }));
const DocumentPage = lazy(async () => ({
  default: (await import("./document/document-page.js")).DocumentPage,
}));

/** Pages are whole loads of this one, so that leaving a document always closes it. */
export function App({ route }: { route: Route }): ReactNode {
  const words = useWords();
  switch (route.page) {
    case "home":
      return (
        <Suspense>
          <HomePage />
        </Suspense>
      );
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
