# syntax=docker/dockerfile:1

# Every part of Homeroom is this one image: its command is `start`, `coordinator`, `router`, …
#
#   docker build -t homeroom .
#   docker run -p 1234:1234 -v homeroom:/data -e HOMEROOM_AUTH_SECRET=… homeroom
#
# docker-compose.yml and deploy/kubernetes run it as a cluster.

# Only what says which packages are needed, so that a changed source installs nothing again.
FROM node:20-slim AS manifests
WORKDIR /homeroom
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete \
  && find . -type d -empty -delete

FROM node:20-slim AS build
WORKDIR /homeroom
ENV TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1
COPY --from=manifests /homeroom ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build
# The command, the editor's pages, the packages and the scripts that Redis runs; not what browsers
# and tests import.
RUN mkdir /built \
  && cp -r --parents apps/cli/bin apps/*/dist packages/*/dist packages/redis/src/lua deploy/docker \
    /built \
  && rm -r /built/packages/client /built/packages/testkit

FROM node:20-slim AS production
WORKDIR /homeroom
COPY --from=manifests /homeroom ./
# npm counts workspaces as wanted, tests and all, unless nobody names them.
RUN npm pkg delete devDependencies --workspaces --include-workspace-root
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace=homeroom

FROM node:20-slim
LABEL org.opencontainers.image.title="Homeroom" \
  org.opencontainers.image.description="Real-time collaboration server for Yjs" \
  org.opencontainers.image.licenses="MIT"
COPY --from=production /homeroom /homeroom
COPY --from=build /built /homeroom
# A new volume takes its owner from here.
RUN mkdir /data && chown node:node /data
# glibc gives documents of this size back when they are dropped (docs/adr/0038).
ENV MALLOC_MMAP_THRESHOLD_=131072
ENV NODE_ENV=production HOMEROOM_HOST=0.0.0.0 HOMEROOM_DATA_DIR=/data
WORKDIR /data
# The user `node`, by number, so that Kubernetes sees that it is not root.
USER 1000:1000
# start and router; coordinator; metrics, where HOMEROOM_METRICS_PORT says so.
EXPOSE 1234 4001 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD node /homeroom/deploy/docker/healthcheck.mjs "http://127.0.0.1:${HOMEROOM_PORT:-1234}/healthz"
ENTRYPOINT ["node", "/homeroom/apps/cli/bin/homeroom.js"]
CMD ["start"]
