# The gateway with its explorer page. Build: docker build -t order-gateway .
FROM node:24-slim AS explorer
WORKDIR /src
COPY web web
RUN cd web && npm ci --no-audit --no-fund && npx vite build --outDir /explorer --emptyOutDir

FROM python:3.13-slim
WORKDIR /app
COPY deploy/requirements.txt deploy/requirements.txt
RUN pip install --no-cache-dir --require-hashes -r deploy/requirements.txt
COPY gateway gateway
COPY --from=explorer /explorer gateway/edge/graphiql
RUN useradd --system --home /var/lib/order-gateway --create-home gateway
USER gateway
ENV PYTHONUNBUFFERED=1 ORDER_GATEWAY_CONFIG=/etc/order-gateway/config.toml
# Loopback only until there is authentication: run it beside a proxy in the same network namespace.
ENTRYPOINT ["python", "-m", "gateway"]
CMD ["serve", "--host", "127.0.0.1", "--port", "8000"]
