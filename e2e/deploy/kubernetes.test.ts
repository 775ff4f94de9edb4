import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, parseSettings, type Settings } from "@homeroom/config";
import { repository } from "@homeroom/testkit";
import type { IDeployment, IStatefulSet } from "kubernetes-models/apps/v1";
import type { IHorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import type { IIngress, INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IContainer, IPodSpec, IProbe, ISecret, IService } from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { imageOf, readStages } from "./support/dockerfile.js";
import { folder, readManifests, validate } from "./support/manifests.js";
import { watchFields } from "./support/unknown-fields.js";
import { variablesOf } from "./support/variables.js";

const manifests = readManifests();
const image = imageOf(readStages(readFileSync(join(repository, "Dockerfile"), "utf8")));

/** The one object of a kind and name. */
function find<T>(kind: string, name: string): T {
  const found = manifests.filter(
    ({ document }) => document.kind === kind && document.metadata.name === name,
  );
  expect(found.length, `${kind} ${name}`).toBe(1);
  return found[0]?.document as T;
}

/** What is there, or the test fails. */
function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`there is no ${what}`);
  return value;
}

const coordinators = find<IStatefulSet>("StatefulSet", "homeroom-coordinator");
const routers = find<IDeployment>("Deployment", "homeroom-router");
const secret = find<ISecret>("Secret", "homeroom");

/** A workload, its pods and their one container. */
interface Part {
  readonly command: Command;
  readonly pods: IPodSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: IContainer;
}

function partOf(workload: IDeployment | IStatefulSet): Part {
  const { template, selector } = present(workload.spec, "spec");
  const pods = present(template.spec, "pod");
  expect(pods.containers.length).toBe(1);
  const container = present(pods.containers[0], "container");
  const labels = template.metadata?.labels ?? {};
  expect(selector.matchLabels).toEqual(labels);
  return { command: container.args?.[0] as Command, pods, labels, container };
}

const parts = [partOf(coordinators), partOf(routers)] as const;
const [coordinator, router] = parts;

/** The environment in one of the pods. */
function environmentOf({ container }: Part, pod: string): Map<string, string> {
  const environment = new Map(image.environment);
  for (const { name, value, valueFrom } of container.env ?? []) {
    const key = valueFrom?.secretKeyRef?.key;
    if (key !== undefined) {
      expect(valueFrom?.secretKeyRef?.name).toBe(secret.metadata?.name);
      const example = present(secret.stringData?.[key], `${key} in the example of the secret`);
      environment.set(name, example === "" ? "s".repeat(64) : example);
    } else if (valueFrom?.fieldRef?.fieldPath === "metadata.name") {
      environment.set(name, pod);
    } else {
      const text = present(value, `value of ${name}`);
      // Variables that stand before it, and only those.
      environment.set(
        name,
        text.replaceAll(/\$\((\w+)\)/g, (_, other) => present(environment.get(other), other)),
      );
    }
  }
  return environment;
}

function settingsOf(part: Part, pod = "homeroom-coordinator-0"): Settings {
  const environment = Object.fromEntries(environmentOf(part, pod));
  const parsed = parseSettings(part.command, {}, environment);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  return parsed.settings;
}

describe.each(manifests.map(({ file, document }) => ({ file, document, ...document })))(
  "$file: $kind $metadata.name",
  ({ document }) => {
    test("is what the schema of its kind says", () => {
      expect(() => validate(document, document)).not.toThrow();
    });

    test("has no field that Kubernetes does not know", () => {
      const watched = watchFields(document);
      validate(document, watched.document);
      expect(watched.unknown()).toEqual([]);
    });
  },
);

test("the checks find what is wrong", () => {
  const wrong = structuredClone(coordinators) as unknown as { spec: Record<string, unknown> };
  wrong.spec.podManagmentPolicy = "Parallel";
  const watched = watchFields(wrong);
  validate(wrong as never, watched.document);
  expect(watched.unknown()).toEqual([".spec.podManagmentPolicy"]);
  wrong.spec.replicas = "three";
  expect(() => validate(wrong as never, wrong)).toThrow(/replicas/);
});

test("kustomize gets every object but the example of the secret and what is optional", () => {
  const { resources, images } = parse(readFileSync(join(folder, "kustomization.yaml"), "utf8")) as {
    resources: string[];
    images: { name: string }[];
  };
  const files = new Set(manifests.map(({ file }) => file));
  for (const left of ["secret.example.yaml", "router-autoscaler.yaml"]) files.delete(left);
  expect(new Set(resources)).toEqual(files);
  for (const { container } of parts) {
    expect(images.map(({ name }) => name)).toContain(container.image);
  }
});

describe.each(parts)("a $command", (part) => {
  const { command, pods, container } = part;
  const settings = settingsOf(part);

  test("knows every variable that it is given", () => {
    const known = variablesOf(command);
    const own = (container.env ?? []).map(({ name }) => name).filter((name) => !known.has(name));
    expect(own).toEqual(["NODE_OPTIONS"]);
  });

  test("listens on the ports that its pod names", () => {
    const ports = Object.fromEntries(
      (container.ports ?? []).map(({ name, containerPort }) => [name, containerPort]),
    );
    const main = command === "router" ? "http" : "node";
    expect(ports).toEqual({ [main]: settings.port, metrics: settings.metricsPort });
    expect(settings.host).toBe("0.0.0.0");
    const at = (probe: IProbe | undefined) => [probe?.httpGet?.path, probe?.httpGet?.port];
    expect(at(container.startupProbe)).toEqual(["/healthz", main]);
    expect(at(container.livenessProbe)).toEqual(["/healthz", main]);
    expect(at(container.readinessProbe)).toEqual(["/readyz", main]);
  });

  test("has the time that it takes to leave", () => {
    const [, pause = "0"] = container.lifecycle?.preStop?.exec?.command ?? [];
    const leaving = Number(pause) * 1_000 + settings.drainTimeout;
    const granted = (pods.terminationGracePeriodSeconds ?? 30) * 1_000;
    expect(granted).toBeGreaterThanOrEqual(leaving + 5_000);
  });

  test("is not root, gains no rights, and writes to its volumes alone", () => {
    expect(pods.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: Number(image.user.split(":")[0]),
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pods.automountServiceAccountToken).toBe(false);
    expect(container.resources?.limits?.memory).toBe(container.resources?.requests?.memory);
  });

  test("is not told other services' addresses, which look like its own settings", () => {
    expect(pods.enableServiceLinks).toBe(false);
  });

  test("is spread over machines", () => {
    const keys = pods.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey);
    expect(keys).toContain("kubernetes.io/hostname");
    for (const { labelSelector } of pods.topologySpreadConstraints ?? []) {
      expect(labelSelector?.matchLabels).toEqual(part.labels);
    }
  });

  test("may not be evicted all at once", () => {
    const budget = find<IPodDisruptionBudget>("PodDisruptionBudget", `homeroom-${command}`);
    expect(budget.spec?.maxUnavailable).toBe(1);
    expect(budget.spec?.selector?.matchLabels).toEqual(part.labels);
  });
});

test("coordinators keep their names and their disks, and say where they are", () => {
  const service = find<IService>("Service", present(coordinators.spec?.serviceName, "service"));
  expect(service.spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
  expect(service.spec?.selector).toEqual(coordinator.labels);
  for (const pod of ["homeroom-coordinator-0", "homeroom-coordinator-2"]) {
    const { nodeId, advertiseUrl, port } = settingsOf(coordinator, pod);
    expect(nodeId).toBe(pod);
    expect(advertiseUrl).toBe(`http://${pod}.${service.metadata?.name}:${port}`);
  }
  const mounts = coordinator.container.volumeMounts ?? [];
  const data = mounts.find(({ mountPath }) => mountPath === settingsOf(coordinator).dataDir);
  const claims = coordinators.spec?.volumeClaimTemplates?.map(({ metadata }) => metadata?.name);
  expect(claims).toEqual([data?.name]);
  expect(coordinator.pods.securityContext?.fsGroup).toBe(Number(image.user.split(":")[1]));
});

test("people reach routers through the ingress, which lets their sockets live", () => {
  const ingress = find<IIngress>("Ingress", "homeroom");
  const [rule] = ingress.spec?.rules ?? [];
  const backend = rule?.http?.paths[0]?.backend.service;
  const service = find<IService>("Service", present(backend?.name, "service"));
  const port = service.spec?.ports?.find(({ name }) => name === backend?.port?.name);
  expect(port?.targetPort).toBe("http");
  expect(service.spec?.selector).toEqual(router.labels);
  for (const what of ["read", "send"]) {
    const key = `nginx.ingress.kubernetes.io/proxy-${what}-timeout`;
    expect(Number(ingress.metadata?.annotations?.[key])).toBeGreaterThanOrEqual(3_600);
  }
  const body = ingress.metadata?.annotations?.["nginx.ingress.kubernetes.io/proxy-body-size"];
  expect(Number.parseInt(body ?? "", 10) * 1024 ** 2).toBe(settingsOf(router).maxDocumentBytes);
  expect(settingsOf(router).trustedProxies).toBe(1);
});

test("routers and coordinators alone reach coordinators", () => {
  const { spec } = find<INetworkPolicy>("NetworkPolicy", "homeroom-coordinator");
  expect(spec?.podSelector?.matchLabels).toEqual(coordinator.labels);
  const [nodes, metrics] = spec?.ingress ?? [];
  expect(spec?.ingress?.length).toBe(2);
  expect(nodes?.ports).toEqual([{ port: "node" }]);
  expect(nodes?.from?.map((peer) => peer.podSelector?.matchLabels)).toEqual([
    router.labels,
    coordinator.labels,
  ]);
  expect(metrics?.ports).toEqual([{ port: "metrics" }]);
});

test("nobody from outside reads metrics", () => {
  const { spec } = find<INetworkPolicy>("NetworkPolicy", "homeroom-router");
  expect(spec?.podSelector?.matchLabels).toEqual(router.labels);
  const open = spec?.ingress?.filter(({ from }) => from === undefined) ?? [];
  expect(open.map(({ ports }) => ports)).toEqual([[{ port: "http" }]]);
});

test("the autoscaler scales the routers", () => {
  const { spec } = find<IHorizontalPodAutoscaler>("HorizontalPodAutoscaler", "homeroom-router");
  expect(spec?.scaleTargetRef).toEqual({
    apiVersion: routers.apiVersion,
    kind: routers.kind,
    name: routers.metadata?.name,
  });
});
