# Not built by the project's own checks: no container engine is at hand there. Its steps were run by hand in a bare Debian 12
# with Node 24: it got ready, decided a note with a picture, stopped in the middle of one and went on. Reports are welcome.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN npm ci && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=build --chown=node:node /app /app
RUN mkdir -p /app/.data && chown node:node /app/.data
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# DATABASE_URL and REDIS_URL are required here: the image carries no Redis.
CMD ["node", "dist/src/main.js"]
