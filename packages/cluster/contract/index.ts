export { type CopyStoreHarness, copyStoreContract } from "./copy-store-contract.js";
export { type DirectoryHarness, directoryContract } from "./directory-contract.js";
export { type SharedStoreHarness, sharedStoreContract } from "./shared-store-contract.js";
