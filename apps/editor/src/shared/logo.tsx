import type { ReactNode } from "react";

/** The house; decoration beside a name. */
export function Logo(): ReactNode {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M8 15.2 16 8l8 7.2V24H8z" />
      <path d="M16 15.5V21" />
    </svg>
  );
}
