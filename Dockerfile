# rondo without root, shell or package manager at run time.
#   docker build -t rondo .
#   docker run --read-only -p 53:53/udp -p 53:53/tcp -v ./zones:/zones:ro -v rondo-state:/state rondo

FROM node:22-slim AS build
WORKDIR /rondo
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts
# Folders for the volumes, owned by the user that rondo runs as: the last stage has no shell to make them.
RUN mkdir -p /volumes/zones /volumes/state

FROM gcr.io/distroless/nodejs22-debian12:nonroot
WORKDIR /rondo
COPY --from=build /rondo/node_modules ./node_modules
COPY --from=build /rondo/dist ./dist
COPY package.json LICENSE README.md CHANGELOG.md ./
COPY --from=build --chown=65532:65532 /volumes/ /
ENV NODE_ENV=production
# By number, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 65532:65532
VOLUME ["/zones", "/state"]
# Docker lets every user of a container bind port 53; elsewhere: sysctl net.ipv4.ip_unprivileged_port_start=53.
EXPOSE 53/udp 53/tcp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
  CMD ["/nodejs/bin/node", "/rondo/dist/main.js", "healthcheck"]
ENTRYPOINT ["/nodejs/bin/node", "/rondo/dist/main.js"]
CMD ["serve", "--zones", "/zones", "--state", "/state"]
