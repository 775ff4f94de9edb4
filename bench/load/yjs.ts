// The copy of Yjs that @homeroom/trace has: the one nearest to this folder is the peers' own, and
// Yjs warns where a process has two.
const path = "../../node_modules/yjs/dist/yjs.mjs";
const Y: typeof import("yjs") = await import(path);

export const {
  Doc,
  XmlElement,
  XmlText,
  applyUpdate,
  createRelativePositionFromTypeIndex,
  encodeStateAsUpdate,
}: typeof Y = Y;
