/** `12345` is `12,345`. */
export const inWords = (count: number): string => count.toLocaleString("en");
