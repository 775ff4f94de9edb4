import type { Person } from "@homeroom/client";
import { useEffect, useState } from "react";
import type { Awareness } from "y-protocols/awareness";

/** What people do to look around by themselves. */
const LETTING_GO = ["wheel", "touchmove", "keydown"] as const;

export interface Follow {
  /** Who is followed; null if nobody, or not any more. */
  readonly followed: Person | null;
  readonly follow: (clientId: number | null) => void;
}

/**
 * Keeps the caret of somebody in sight. Scrolling by hand and typing let go, and so does their
 * leaving.
 * @param showCaret scrolls to where somebody's caret is; the same function each time
 */
export function useFollow(
  awareness: Awareness,
  people: readonly Person[],
  showCaret: (clientId: number) => void,
): Follow {
  const [clientId, follow] = useState<number | null>(null);
  const followed = people.find((person) => person.clientId === clientId) ?? null;
  const isFollowing = followed !== null;

  useEffect(() => {
    if (clientId === null || !isFollowing) return;
    let timer = 0;
    const show = (): void => {
      clearTimeout(timer);
      // The editor draws a caret in a task of its own, which was asked for before this one.
      timer = window.setTimeout(() => showCaret(clientId));
    };
    const onChange = ({ added, updated }: { added: number[]; updated: number[] }): void => {
      if ([...added, ...updated].includes(clientId)) show();
    };
    const letGo = (event: Event): void => {
      // Keys and gestures within the list of people are about whom to follow.
      if (event.target instanceof Element && event.target.closest(".people, .strip")) return;
      follow(null);
    };
    show();
    awareness.on("change", onChange);
    for (const name of LETTING_GO) window.addEventListener(name, letGo, { passive: true });
    return () => {
      clearTimeout(timer);
      awareness.off("change", onChange);
      for (const name of LETTING_GO) window.removeEventListener(name, letGo);
    };
  }, [awareness, clientId, isFollowing, showCaret]);

  return { followed, follow };
}
