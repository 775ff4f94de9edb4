export { type DirectoryHarness, directoryContract } from "./directory-contract.js";
export { type SharedStoreHarness, sharedStoreContract } from "./shared-store-contract.js";
