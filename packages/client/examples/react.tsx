import {
  HomeroomRoom,
  useConnection,
  useDoc,
  usePeople,
  useSaveState,
  useSelf,
} from "@homeroom/client/react";
import { type ReactNode, StrictMode, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";

function App(): ReactNode {
  return (
    <HomeroomRoom serverUrl="ws://127.0.0.1:1234" room="examples/react" fallback="Opening …">
      <Who />
      <Counter />
      <SaveState />
    </HomeroomRoom>
  );
}

function Who(): ReactNode {
  const people = usePeople();
  const [self, changeSelf] = useSelf();
  const { status } = useConnection();
  return (
    <>
      <label>
        Your name{" "}
        <input value={self.name} onChange={(event) => changeSelf({ name: event.target.value })} />
      </label>
      <ul aria-label={`People here, ${status}`}>
        {people.map(({ clientId, name, color }) => (
          <li key={clientId} style={{ color }}>
            {name}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Everybody counts in an entry of their own, so that nobody's click is lost. */
function Counter(): ReactNode {
  const doc = useDoc();
  const votes = doc.getMap<number>("votes");
  const sum = useSyncExternalStore(
    (listener) => {
      votes.observe(listener);
      return () => votes.unobserve(listener);
    },
    () => [...votes.values()].reduce((total, count) => total + count, 0),
  );
  const mine = String(doc.clientID);
  return (
    <button type="button" onClick={() => votes.set(mine, (votes.get(mine) ?? 0) + 1)}>
      {sum} votes
    </button>
  );
}

function SaveState(): ReactNode {
  const { state, unsavedChanges } = useSaveState();
  return <p data-save-state={state}>{unsavedChanges} changes are not saved yet.</p>;
}

createRoot(document.querySelector("#editor") ?? document.body).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
