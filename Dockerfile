# The gateway with its explorer page. Build: make image. Run: docs/deploying.md
FROM debian:13-slim AS build
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates python3-venv
WORKDIR /src
COPY deploy/requirements.txt deploy/requirements-build.txt deploy/requirements-node.txt deploy/
RUN python3 -m venv /opt/build \
    && /opt/build/bin/pip install -q --no-cache-dir --require-hashes \
       -r deploy/requirements-build.txt -r deploy/requirements-node.txt \
    && python3 -m venv --without-pip /opt/order-gateway \
    && /opt/build/bin/pip --python /opt/order-gateway install -q --no-cache-dir --only-binary :all: --require-hashes \
       -r deploy/requirements.txt
COPY web web
RUN PATH="/opt/build/bin:$PATH" python web/build.py
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY gateway gateway
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist \
    && /opt/build/bin/pip --python /opt/order-gateway install -q --no-cache-dir --no-index --no-deps /dist/*.whl

FROM debian:13-slim
LABEL org.opencontainers.image.title="Order Gateway" \
      org.opencontainers.image.description="One GraphQL graph over the order APIs of several vendors." \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && useradd --system --uid 10001 --user-group --home-dir /var/lib/order-gateway --shell /usr/sbin/nologin gateway \
    && install -d /etc/order-gateway \
    && install -d -o gateway -g gateway -m 700 /var/lib/order-gateway
COPY --from=build /opt/order-gateway /opt/order-gateway
ENV PATH=/opt/order-gateway/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ORDER_GATEWAY_CONFIG=/etc/order-gateway/config.toml \
    ORDER_GATEWAY_DATA_DIR=/var/lib/order-gateway
# By number, so that an orchestrator can see that it is not root.
USER 10001
WORKDIR /var/lib/order-gateway
VOLUME /var/lib/order-gateway
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/health/live'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["order-gateway"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
