# Build the image with buildah, which stands in for Docker's engine, and say what is in it.
cd "${HANDBOOK:-../../..}"
storage=(--root "$PREPARED/images" --runroot "$PREPARED/run" --storage-driver overlay)
buildah "${storage[@]}" build --isolation chroot --layers -t jukebox \
  -f examples/jukebox/deploy/Dockerfile --ignorefile examples/jukebox/deploy/Dockerfile.dockerignore \
  --build-arg BASE=localhost/debian --volume "$PREPARED/wheels:/wheels:ro" \
  --build-arg PIP_NO_INDEX=1 --build-arg PIP_FIND_LINKS=/wheels . >"$PREPARED/build.log" 2>&1 ||
  { tail -n 20 "$PREPARED/build.log"; exit 1; }
form='user {{.OCIv1.Config.User}}, command {{.OCIv1.Config.Cmd}}'
echo "$(buildah "${storage[@]}" inspect --type image --format "$form" localhost/jukebox)"
buildah "${storage[@]}" images --format '{{.Size}}' localhost/jukebox
