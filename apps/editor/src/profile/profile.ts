import { paletteColor, personFrom } from "@homeroom/client";
import { Stored } from "../shared/stored.js";

/** How others see the person at this browser. */
export interface Profile {
  readonly name: string;
  readonly color: string;
}

const ADJECTIVES = "Bright Calm Curious Gentle Keen Kind Lively Merry Patient Quick Quiet Witty";
const ANIMALS = "Badger Crane Finch Fox Hare Heron Lynx Marten Otter Owl Robin Swift";

const pick = (names: string): string => {
  const list = names.split(" ");
  return list[Math.floor(Math.random() * list.length)] ?? "";
};

/** A friendly name for somebody who has not chosen one. */
function invent(): Profile {
  const color = paletteColor(Math.floor(Math.random() * 1000));
  return { name: `${pick(ADJECTIVES)} ${pick(ANIMALS)}`, color };
}

function parse(value: unknown): Profile {
  if (typeof value !== "object" || value === null || !("name" in value)) return invent();
  const { name, color } = personFrom(0, { user: value }, true);
  return { name, color };
}

export const profileStore: Stored<Profile> = new Stored("homeroom:profile", parse);

// An invented name stays, so that others see the same person on the next visit.
profileStore.set(profileStore.get());
