/**
 * What one image may take in a document, as a data URL. Everybody who opens the document loads it,
 * and a server takes 16 MiB in one message by default.
 */
export const MAX_IMAGE_BYTES = 1024 * 1024;

/** A larger one is drawn again within these edges (pixels), which a page cannot show more of. */
const MAX_EDGE = 1600;
const QUALITY = 0.82;

/** What browsers show everywhere. No SVG, which can hold a page of its own. */
const TYPES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
]);

export type ImageProblem = "tooLarge" | "unreadable";

export class ImageError extends Error {
  readonly problem: ImageProblem;

  constructor(problem: ImageProblem, options?: ErrorOptions) {
    super(`image: ${problem}`, options);
    this.name = "ImageError";
    this.problem = problem;
  }
}

/**
 * An image as a data URL of at most `MAX_IMAGE_BYTES`; a larger one is made smaller first.
 * @throws ImageError
 */
export async function readImage(file: Blob): Promise<string> {
  if (!TYPES.has(file.type)) throw new ImageError("unreadable");
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new ImageError("unreadable", { cause });
  });
  try {
    const asIs = await dataUrl(file);
    if (asIs.length <= MAX_IMAGE_BYTES) return asIs;
    const smaller = await dataUrl(await shrink(bitmap));
    if (smaller.length <= MAX_IMAGE_BYTES) return smaller;
    throw new ImageError("tooLarge");
  } finally {
    bitmap.close();
  }
}

async function shrink(bitmap: ImageBitmap): Promise<Blob> {
  const scale = Math.min(1, MAX_EDGE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((edge) =>
    Math.max(1, Math.round(edge * scale)),
  ) as [number, number];
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  return await canvas.convertToBlob({ type: "image/webp", quality: QUALITY });
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new ImageError("unreadable", { cause: reader.error }));
    reader.readAsDataURL(blob);
  });
}
