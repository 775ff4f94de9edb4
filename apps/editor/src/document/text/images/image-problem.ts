import { Value } from "../../../shared/value.js";
import type { ImageProblem } from "./read-image.js";

/** Why the last image could not be inserted; null while there is nothing to say. */
export const imageProblemStore: Value<ImageProblem | null> = new Value<ImageProblem | null>(null);
