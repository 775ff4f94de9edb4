/** A value that one function made after checking it, so that no other value can pass for it. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };
