// The process that makes the load. It is told what to do by its parent, and tells what came of it.
import type { Served } from "../contenders/contender.js";
import { scenario } from "../scenarios/index.js";
import type { Outcome } from "../scenarios/scenario.js";
import type { DialectName } from "./dialect.js";

export type Order =
  | {
      readonly kind: "drive";
      readonly scenario: string;
      readonly parameters: object;
      readonly dialect: DialectName;
      readonly acknowledges: boolean;
      readonly served: ServedParts;
    }
  | { readonly kind: "restarted"; readonly served: ServedParts };

export type Report =
  | { readonly kind: "progress"; readonly text: string }
  | { readonly kind: "restart" }
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "failed"; readonly why: string };

type ServedParts = Pick<Served, "urls" | "pids" | "redis">;

const report = (message: Report): void => void process.send?.(message);
let restarted: (served: ServedParts) => void = () => undefined;

// Whoever gave the order is gone.
process.once("disconnect", () => process.exit());
process.on("message", (order: Order) => {
  if (order.kind === "restarted") restarted(order.served);
  else void drive(order);
});

async function drive(order: Extract<Order, { kind: "drive" }>): Promise<void> {
  let { served } = order;
  try {
    const outcome = await scenario(order.scenario).drive(
      {
        dialect: order.dialect,
        acknowledges: order.acknowledges,
        get served() {
          return served;
        },
        restart: () =>
          new Promise((resolve) => {
            restarted = (again) => {
              served = again;
              resolve();
            };
            report({ kind: "restart" });
          }),
        say: (text) => report({ kind: "progress", text }),
      },
      order.parameters,
    );
    report({ kind: "outcome", outcome });
  } catch (error) {
    report({ kind: "failed", why: error instanceof Error ? (error.stack ?? "") : String(error) });
  }
  process.disconnect();
}
