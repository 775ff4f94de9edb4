export { createAnonymousAuthenticator } from "./auth/anonymous.js";
export type { TokenClaims } from "./auth/claims.js";
export {
  createJwksAuthenticator,
  defaultJwksLimits,
  type JwksAuthenticatorOptions,
  type JwksLimits,
} from "./auth/jwks-authenticator.js";
export {
  createLinkSigner,
  type Link,
  type LinkRequest,
  type LinkSigner,
  type LinkSignerOptions,
  type NoLinks,
} from "./auth/link-signer.js";
export { mintToken } from "./auth/mint-token.js";
export type { Principal, PrincipalAuthenticator } from "./auth/principal.js";
export { createSecretAuthenticator } from "./auth/secret-authenticator.js";
export type { TokenAudience } from "./auth/token-authenticator.js";
export { ClusterService, type ClusterServiceOptions } from "./cluster/cluster-service.js";
export { type ClusterServiceLimits, defaultClusterServiceLimits } from "./cluster/limits.js";
export { NodeRegister } from "./cluster/node-register.js";
export { RouterError, type RouterErrorCode } from "./errors.js";
export { defaultHttpLimits, type HttpLimits } from "./http/limits.js";
export type { Metrics, Readiness } from "./http/routes/health.js";
export { defaultRouterLimits, type RouterLimits, type ShutdownLimits } from "./limits.js";
export { createRouter, type Router, type RouterAddress, type RouterOptions } from "./router.js";
export {
  defaultLinkLimits,
  defaultRouteLimits,
  type LinkLimits,
  type RouteLimits,
} from "./routes/limits.js";
export { type RouteMeter, silentRouteMeter } from "./routes/meter.js";
export type { RouteStateName } from "./routes/route-state.js";
export {
  RouterHomes,
  type RouterHomesOptions,
  type RouterHomesStatus,
} from "./routes/router-homes.js";
export { defaultSocketLimits, type SocketLimits } from "./websocket/limits.js";
