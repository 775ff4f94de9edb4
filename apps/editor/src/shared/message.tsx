import type { ReactNode } from "react";
import { Logo } from "./logo.js";

/** A page that says one thing, with a way out. */
export function Message(props: { title: string; hint: string; children: ReactNode }): ReactNode {
  return (
    <main className="message">
      <Logo />
      <h1>{props.title}</h1>
      <p>{props.hint}</p>
      {props.children}
    </main>
  );
}
