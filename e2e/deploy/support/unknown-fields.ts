/**
 * Watches which fields of a document a validator looks at: Kubernetes' schemas allow fields that
 * they do not know, so a misspelt one would pass for one that was left away.
 */
export interface Watched {
  /** To be validated in the place of the document. */
  readonly document: object;
  /** Paths of the fields that nobody has looked at. */
  unknown(): readonly string[];
}

export function watchFields(document: object): Watched {
  const unseen = new Map<object, { readonly path: string; readonly keys: Set<string> }>();
  const watch = (value: object, path: string): object => {
    const fields = new Map<PropertyKey, unknown>();
    for (const [key, field] of Object.entries(value)) {
      const isObject = typeof field === "object" && field !== null;
      fields.set(key, isObject ? watch(field, `${path}.${key}`) : field);
    }
    const keys = new Set(Object.keys(value));
    unseen.set(value, { path, keys });
    return new Proxy(value, {
      get(target, key, receiver) {
        keys.delete(String(key));
        return fields.has(key) ? fields.get(key) : Reflect.get(target, key, receiver);
      },
    });
  };
  return {
    document: watch(document, ""),
    unknown: () =>
      [...unseen.values()].flatMap(({ path, keys }) => [...keys].map((key) => `${path}.${key}`)),
  };
}
