FROM python:latest
COPY . .
RUN pip install krap-jukebox
CMD jukebox serve --host 0.0.0.0
