# One image for web, worker and beat; docker-compose.yml says what each runs and how its health is told.
FROM python:3.13-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --no-deps --only-binary :all: --require-hashes -r /tmp/requirements.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CHAT_VAR=/var/lib/chatconnet
RUN useradd --system --uid 10001 --home-dir /var/lib/chatconnet --shell /usr/sbin/nologin chatconnet \
    && install -d -o chatconnet -g chatconnet /var/lib/chatconnet /var/lib/chatconnet/media
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/chatconnet
COPY . .
USER chatconnet
# The settings cannot be read without these values; nothing connects to them and nothing of them stays.
RUN SECRET_KEY=build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    python manage.py collectstatic --noinput --verbosity 0
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000"]
