export { type CopyStoreHarness, copyStoreContract } from "./copy-store-contract.js";
export { type DirectoryHarness, directoryContract } from "./directory-contract.js";
export { registered } from "./samples.js";
export { type SharedStoreHarness, sharedStoreContract } from "./shared-store-contract.js";
