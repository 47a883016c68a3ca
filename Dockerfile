# One image for web, worker, beat and migrate. The first stage installs; the second carries what runs, no compiler, no pip cache.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/
RUN /opt/venv/bin/pip install -r /tmp/requirements.lock

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=credit_site.settings \
    VAR_DIR=/data STATIC_ROOT=/app/static HOST=0.0.0.0 PORT=8000
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin credit \
 && install -d -o credit -g credit /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
# Static files need no key and no database; the embedded default's throw-away keys stay in /tmp and go with it.
RUN VAR_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 && rm -rf /tmp/build
USER credit
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "deploy/probe.py"]
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py", "credit_site.wsgi"]
