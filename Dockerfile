# The toolchain with everything set up; the pipeline runs in it as on a machine of one's own:
#   docker build -t timberline . && docker run -it timberline
# and the services, by their names (compose.yaml starts them with what they need):
#   docker build -t timberline-services --target services . && docker run -p 127.0.0.1:8080:8080 timberline-services
FROM node:20-bookworm-slim AS machine

RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates g++ git python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*

FROM machine AS toolchain
WORKDIR /timberline

# The slow parts first: they change with the lock files alone.
COPY package.json package-lock.json .npmrc requirements.txt ./
COPY setup ./setup
COPY bin ./bin
RUN npm run setup && rm -rf /root/.cache /root/.npm

COPY . .
RUN npm run setup

# A service listens to others than its own machine here, as a user that owns nothing but what services write.
FROM toolchain AS services
RUN mkdir -p logs && chown node data logs
USER node
EXPOSE 8080
ENTRYPOINT ["node_modules/.bin/node", "bin/timberline.js"]
CMD ["serve-sales", "--host", "0.0.0.0"]

FROM toolchain AS pipeline
CMD ["npm", "start"]
