ARG BASE_IMAGE=odoo:19.0
FROM ${BASE_IMAGE}

USER root
COPY requirements.txt requirements-oca.txt /tmp/
RUN pip3 install --no-cache-dir --break-system-packages -r /tmp/requirements.txt \
    && pip3 install --no-cache-dir --no-deps --target /opt/oca -r /tmp/requirements-oca.txt \
    && rm /tmp/requirements*.txt
COPY --chown=odoo:odoo . /opt/fusion
USER odoo
ENV ODOO_ADDONS_PATH=/opt/fusion/community,/opt/fusion,/opt/oca/odoo/addons
EXPOSE 8069 8072
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=5 \
    CMD python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8069/web/health', timeout=4)"
CMD ["/opt/fusion/scripts/container-odoo"]
