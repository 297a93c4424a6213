# One image for web, worker, relay and migrate; docker-compose.yml says which command each runs.
FROM python:3.11-slim-bookworm

# Pango and HarfBuzz make the PDF of a dossier.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

# The image itself is the environment: manage.py builds no .venv in it.
ENV NNMKB_NO_VENV=1 NNMKB_VAR=/srv/var PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1

WORKDIR /srv/nnmkb
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt

# SEAL=yes: with what seals dossiers (docs/dossier.md).
ARG SEAL=no
COPY requirements/seal.txt requirements/seal.txt
RUN if [ "$SEAL" = yes ]; then pip install --no-cache-dir --require-hashes -r requirements/seal.txt; fi

COPY . .
RUN useradd --system --home-dir /srv/var --create-home nnmkb
USER nnmkb
# The key serves this one command; it stays out of the image.
RUN SECRET_KEY=only-while-building python manage.py collectstatic --noinput --verbosity 0 --ignore src --ignore dossier

EXPOSE 8000
CMD ["gunicorn", "nnmkb.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "30", "--max-requests", "2000", "--max-requests-jitter", "200", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
