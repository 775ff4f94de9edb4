import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "@homeroom/testkit";
import * as apps from "kubernetes-models/apps/v1";
import * as autoscaling from "kubernetes-models/autoscaling/v2";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";
import { parseAllDocuments } from "yaml";

export const folder: string = join(repository, "deploy/kubernetes");

/** What every object of Kubernetes has. */
export interface Manifest {
  readonly file: string;
  readonly document: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly labels?: Readonly<Record<string, string>>;
    };
  };
}

const groups: Readonly<Record<string, object>> = {
  "apps/v1": apps,
  "autoscaling/v2": autoscaling,
  "networking.k8s.io/v1": networking,
  "policy/v1": policy,
  v1: core,
};

/** Every object in the folder; a `kustomization.yaml` is none. */
export function readManifests(): readonly Manifest[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml")
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(folder, file), "utf8")).map((parsed) => {
        if (parsed.errors.length > 0) throw new AggregateError(parsed.errors, file);
        return { file, document: parsed.toJS() as Manifest["document"] };
      }),
    );
}

/** Checks an object by the schema of its kind. @throws Error naming each mistake */
export function validate({ apiVersion, kind }: Manifest["document"], as: object): void {
  const group = groups[apiVersion];
  const model: unknown = group && Reflect.get(group, kind);
  if (typeof model !== "function") throw new Error(`there is no schema for ${apiVersion} ${kind}`);
  model.prototype.validate.call(as);
}
