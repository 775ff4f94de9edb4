export {
  connectRedis,
  defaultRedisLimits,
  type RedisConnection,
  type RedisLimits,
  type RedisOptions,
} from "./connect-redis.js";
export { type Address, parseRedisUrl, type RedisTarget } from "./redis-url.js";
