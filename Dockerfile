# Production image: web, worker and beat are the same image with different commands (deploy/).
FROM python:3.11-slim AS packages
COPY requirements.txt .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
# Pango draws the printed documents
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 999 --no-create-home --shell /usr/sbin/nologin sfm \
    && install --directory --owner=sfm --mode=700 /keys
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY manage.py ./
COPY sfm sfm
# Neither the simulators nor the demo are in the image
RUN rm -rf sfm/simulators sfm/demo
COPY portals portals
COPY templates templates
COPY static static
# The root file system is read-only where Kubernetes runs it: fontconfig keeps its cache in /tmp
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/tmp/cache DJANGO_SETTINGS_MODULE=sfm.settings.production
RUN python -m compileall -q sfm portals
USER sfm
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "16", "--no-ws", "sfm.wsgi:application"]
