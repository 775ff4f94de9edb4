import { type ComponentType, lazy } from "react";

/**
 * A part of the page that loads when it is first shown. Where it cannot be loaded, for want of a
 * network, that part is missing; the page, and what was written on it, stay.
 */
export function late<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (error) {
      console.error(error);
      return { default: () => null };
    }
  });
}
