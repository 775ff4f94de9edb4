import { type Environment, isLoopback, type Settings, unknownVariables } from "@homeroom/config";
import { type Finding, mend, note, ok } from "./finding.js";

const STRONG_SECRET_BYTES = 32;

/** What is allowed and yet worth a second look. */
export function checkConfiguration(
  settings: Settings,
  env: Environment,
  alsoKnown: readonly string[],
): Finding[] {
  const { host, authSecret, authJwksUrl, durability, trustedProxies } = settings;
  const { redisUrl, clusterSecret } = settings;
  const subject = "configuration";
  const exposed = redisUrl !== null && clusterSecret === null && !isLoopback(host);
  const open = authSecret === null && authJwksUrl === null && !isLoopback(host);
  const weak = clusterSecret !== null && Buffer.byteLength(clusterSecret) < STRONG_SECRET_BYTES;
  const notes = [
    ...unknownVariables(env, alsoKnown).map((name) => `${name} means nothing: misspelt?`),
    ...(open ? [`everyone who reaches ${host} can read and write every room`] : []),
    ...(weak ? [`--cluster-secret is shorter than ${STRONG_SECRET_BYTES} bytes`] : []),
    ...(authJwksUrl?.startsWith("http:") && !isLoopback(new URL(authJwksUrl).hostname)
      ? ["--auth-jwks-url is not https: who is on the way can forge tokens"]
      : []),
    ...(durability === "process" ? ["--durability process: a power cut may take edits"] : []),
    ...(trustedProxies > 0 && isLoopback(host) === false
      ? [`--trusted-proxies ${trustedProxies}: no client may reach ${host} past the proxies`]
      : []),
  ];
  if (notes.length === 0 && !exposed) return [ok(subject, "every value is allowed")];
  const secretless = "--cluster-secret must be given in a cluster whose --host others can reach";
  return [
    ...(exposed ? [mend(subject, secretless)] : []),
    ...notes.map((words) => note(subject, words)),
  ];
}
