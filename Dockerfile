# One image: gateway (the default), worker, consumer and the deployment differ in their command only.
#
# Node's newest line with long-term support, in full; `npm run prove:image` runs what is below on it. Debian, because
# Temporal's core is built for glibc and not for musl.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /waybill
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json cdk.json ./
COPY infra infra
COPY scripts scripts
COPY src src
COPY web web
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /waybill
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE} AS runtime
LABEL org.opencontainers.image.title="Waybill" \
      org.opencontainers.image.description="Order processing and fulfillment as durable Temporal workflows" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    WORKFLOW_BUNDLE=/waybill/dist/workflow-bundle.js \
    PAGE_DIR=/waybill/dist/page
WORKDIR /waybill
COPY package.json LICENSE ./
COPY --from=dependencies /waybill/node_modules node_modules
COPY --from=build /waybill/dist dist
# the image's user `node`; nothing is written, so the root file system can be read-only
USER 1000:1000
EXPOSE 3000
# every process drains on it; no shell and no npm stands between it and Node
STOPSIGNAL SIGTERM
# the gateway answers at PORT, worker and consumer answer where HEALTH_PORT says
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "dist/scripts/healthcheck.js"]
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["dist/src/gateway/server.js"]
