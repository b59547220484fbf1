# Build:  docker build -t forkcast .
# Run:    docker run -p 8000:8000 -v ./models:/models:ro forkcast --workers 2
#
# The base is an argument so that the image can be built, and checked, over any
# Debian-like system with Node in it (deploy/docker-check.sh).
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
# onnxruntime-node brings its CPU library along; its install script would only
# fetch CUDA parts from the network.
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts ./scripts
COPY models ./models
COPY src ./src
RUN npm run build \
 && npm prune --omit=dev \
 && node scripts/keep-native.mjs

FROM ${BASE}
# ONNX Runtime reports its use to Microsoft unless told not to.
ENV NODE_ENV=production \
    ORT_DISABLE_TELEMETRY=1 \
    FORKCAST_PATH=/models \
    FORKCAST_BIND=0.0.0.0:8000 \
    FORKCAST_METRICS_BIND=0.0.0.0:8002
# A module among the models finds `import … from 'forkcast'` as any package below / does.
RUN mkdir -p /models /node_modules && ln -s /app /node_modules/forkcast
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# A number, not a name: it needs no entry in /etc/passwd, and Kubernetes can see
# that it is not root. Any other uid works too; nothing needs to be written to disk.
USER 1000:1000
VOLUME /models
EXPOSE 8000 8002
STOPSIGNAL SIGTERM
# "Healthy" is what makes compose start the proxy and swarm send requests here,
# so it asks for readiness. Its patience (12 × 10 s) is longer than Forkcast's own
# (--give-up-after, 1m): the server, which knows why it is not ready, decides first.
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m --retries=12 \
  CMD ["node", "-e", "const port = process.env.FORKCAST_BIND.split(':').pop(); require('node:http').get({ host: '127.0.0.1', port, path: '/readyz' }, (reply) => process.exit(reply.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# node itself is PID 1, so that TERM reaches the master and its exit code the engine.
ENTRYPOINT ["node", "/app/dist/cli.js", "serve"]
