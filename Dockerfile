# One image for every process: `docker run … api`, `worker`, `migrate`, `serve`, `keys …`.
FROM node:24-slim AS manifests
WORKDIR /all
COPY . .
# What decides over the packages, so that a changed source does not install them anew.
RUN mkdir /manifests \
  && find . -name node_modules -prune -o \( -name package.json -o -name package-lock.json -o -name .npmrc \) \
    -exec cp --parents {} /manifests \;

FROM node:24-slim AS packages
WORKDIR /app
COPY --from=manifests /manifests .
# Not `npm ci`, which refuses a lock file from where the registry lacked the binaries of another platform. The image
# has its Node already.
RUN npm install --omit=dev --no-save --no-fund --no-audit --loglevel=error \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24-slim
ENV NODE_ENV=production \
  NODE_OPTIONS=--disable-warning=ExperimentalWarning \
  HOST=0.0.0.0 \
  PORT=8000 \
  PHARMADB_DATA_DIR=/data
WORKDIR /app
# Node strips the types as it reads, which it does for the workspace's own folders and not below node_modules: the
# sources stay where they are, and node_modules links to them.
COPY --from=packages /app ./
COPY package.json ./
COPY packages ./packages
COPY apps ./apps
COPY supabase ./supabase
# All that it writes is in here, so that the rest can be read-only.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8000
# As `scripts/tasks.mjs` starts it.
ENTRYPOINT ["node", "--max-semi-space-size=16", "/app/apps/cli/src/main.ts"]
CMD ["serve"]
