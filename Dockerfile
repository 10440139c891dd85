# The toolchain with everything set up; the pipeline runs in it as on a machine of one's own:
#   docker build -t timberline . && docker run -it timberline
FROM node:20-bookworm-slim AS machine

RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates g++ git python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*

FROM machine
WORKDIR /timberline

# The slow parts first: they change with the lock files alone.
COPY package.json package-lock.json .npmrc requirements.txt ./
COPY setup ./setup
COPY bin ./bin
RUN npm run setup && rm -rf /root/.cache /root/.npm

COPY . .
RUN npm run setup
CMD ["npm", "start"]
